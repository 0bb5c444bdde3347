{{- define "vendorstatus.name" -}}
{{- if eq .Release.Name "vendorstatus" }}vendorstatus{{ else }}{{ printf "%s-vendorstatus" .Release.Name | trunc 63 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "vendorstatus.selector" -}}
app.kubernetes.io/name: vendorstatus
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "vendorstatus.labels" -}}
{{ include "vendorstatus.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{/* monitor.yaml as text: given as a file (a string) or as values. */}}
{{- define "vendorstatus.settings" -}}
{{- if kindIs "string" .Values.settings }}{{ .Values.settings }}{{ else }}{{ toYaml .Values.settings }}{{ end }}
{{- end }}
