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

{{/* Where the settings and the database are, for every container. */}}
{{- define "vendorstatus.env" -}}
{{- if .Values.settings }}
- name: MONITOR_CONFIG
  value: /etc/vendorstatus/monitor.yaml
{{- end }}
{{- with .Values.database.existingSecret }}
- name: MONITOR_DATABASE_URL
  valueFrom:
    secretKeyRef:
      name: {{ . }}
      key: {{ $.Values.database.secretKey }}
{{- end }}
{{- with .Values.env }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* What a probe asks, which shows no certificate: where every client needs one, only whether somebody listens. */}}
{{- define "vendorstatus.probe" -}}
{{- if .web.requiresCertificate -}}
tcpSocket: {port: http}
{{- else -}}
httpGet: {path: {{ .path }}, port: http{{ with .web.probeScheme }}, scheme: {{ . }}{{ end }}}
{{- end }}
{{- end }}
