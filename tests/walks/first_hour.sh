#!/usr/bin/env bash
# The first hour of somebody who runs a Prometheus and an Alertmanager, and has heard of vendorstatus today: from the
# command on the PATH to an alert of ours that fires.
#
#     cd EMPTY_FOLDER && bash .../tests/walks/first_hour.sh
#
# WALK_HURRIES=1 lets alerts fire after seconds, where the rules as they are wait for five minutes.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/steps.sh"

wants "Is it there, and what can it do?"
typed "monitor version"
sees '^vendorstatus [0-9]'
typed "monitor --help"
sees 'demo +Watch simulated vendors, offline'

wants "See it work before anything of mine is touched."
port=$(free_port)
goes_on demo "monitor demo --dir demo --port $port"
within 120 grep -q 'metrics on http' demo.log
grep -q "http://127.0.0.1:$port/metrics" demo.log || fail "the demo does not say where its metrics are"

wants "Ask what it told me to ask, as it stands there."
grep -E '^  (env .*)?monitor (status|report|explain) ' demo.log | sed 's/^ *//' >lines
(($(wc -l <lines) == 3)) || fail "the demo prints other lines to type than status, report and explain"
ends_with 2 "$(sed -n 1p lines)"
sees 'CRITICAL +northwind-cloud +major outage; EU / API'
typed "$(sed -n 2p lines)"
sees '^Larkspur AI: partial or major outage on [0-9]+ of 90 known days'
typed "$(sed -n 3p lines)"
sees 'degraded of Models / Completions'
sees '^incidents:'

wants "Every figure has its evidence: the latest bad day of the vendor that is out."
typed "monitor explain northwind-cloud latest --config demo/monitor.yaml"
sees 'major outage'
sees 'API requests failing in the EU'

wants "I mistype, and am told what I meant."
ends_with 2 "monitor reprot"
is_told "Did you mean 'report'"
ends_with 2 "monitor report larkspr-ai --config demo/monitor.yaml"
is_told "did you mean 'larkspur-ai'"

wants "Watch a vendor of my own choice, by settings of my own."
page=$(value_of demo/monitor.yaml halcyon-pay url)
typed "monitor add $page --slug halcyon --name 'Halcyon Pay' --allow-private --all"
is_told '^note: until now the built-in list'
sees '^added halcyon \(statuspage\)'
lines=()
for word in next then; do
    line=$(sed -n "s/^$word: //p" said)
    [[ $line == "monitor "*" halcyon" ]] || fail "add does not say what is $word"
    lines[${#lines[@]}]=$line
done
typed "${lines[0]}"
typed "${lines[1]}"
sees '^Halcyon Pay: partial or major outage on [1-9][0-9]* of 90 known days'
sees 'Card payments: now . operational; outage [1-9]'

wants "Take the alert rules into the Prometheus that I run."
typed "monitor assets vendorstatus"
rules=vendorstatus/grafana/alerts/vendorstatus.rules.yaml
typed "promtool check rules $rules"
sees 'SUCCESS: [0-9]+ rules found'
every=15s
if [[ ${WALK_HURRIES:-} == 1 ]]; then
    sed -i 's/for: 5m$/for: 3s/; s/interval: 1m$/interval: 1s/' "$rules"
    every=1s
fi
read -r prometheus alertmanager < <(echo "$(free_port)" "$(free_port)")
cat >prometheus.yml <<EOF
global: {scrape_interval: $every, evaluation_interval: $every}
scrape_configs:
  - job_name: vendorstatus
    static_configs:
      - targets: ["127.0.0.1:$port"]
rule_files: [$rules]
alerting:
  alertmanagers:
    - static_configs:
        - targets: ["127.0.0.1:$alertmanager"]
EOF
typed "promtool check config prometheus.yml"
typed "amtool check-config vendorstatus/grafana/alerts/alertmanager.yml"
sees 'SUCCESS'

wants "Start both, as they run here anyway; with the retention that history needs."
goes_on alertmanager "prometheus-alertmanager --config.file=vendorstatus/grafana/alerts/alertmanager.yml
    --storage.path=alertmanager --web.listen-address=127.0.0.1:$alertmanager --cluster.listen-address="
goes_on prometheus "prometheus --config.file=prometheus.yml --storage.tsdb.path=prometheus
    --storage.tsdb.retention.time=400d --web.listen-address=127.0.0.1:$prometheus"
asks() { promtool query instant "http://127.0.0.1:$prometheus" "$1"; }
answers() { asks "$1" | grep -Eq "$2"; }
within 60 answers 'count(vendorstatus_up == 1)' '=> 6 @'

wants "Have the 90 days before today in Prometheus too."
typed "monitor export openmetrics --days 90 -o history.om --label job=vendorstatus \
    --label instance=127.0.0.1:$port --config demo/monitor.yaml"
cat said told >exported
samples=$(sed -nE 's/.*: ([0-9,]+) samples of .*/\1/p' exported | tr -d ,)
typed "$(sed -n 's/^  \(promtool tsdb .*\)/\1/p' exported)"
imported=$(awk 'NR > 1 {sum += $5} END {print sum}' said)
[[ $samples == "$imported" ]] || fail "promtool took $imported of $samples samples"
typed "mv history.om.blocks/* prometheus/"
days='count(max by (vendor) (count_over_time(vendorstatus_vendor_day_level{dates_ago="2"}[95d])) >= 85)'
within 90 answers "$days" '=> 6 @'

wants "The vendor that is out raises an alert of ours."
firing='ALERTS{alertname="VendorStatusMajorOutage",alertstate="firing"}'
within 480 answers "$firing" 'vendor="northwind-cloud"'
typed "promtool query instant http://127.0.0.1:$prometheus '$firing'"
sees 'severity="warning".*vendor="northwind-cloud"'
sees_not 'vendor="tidepool-maps"'

wants "Alertmanager has it, and says what is wrong and where to read about it."
alerts="amtool alert query alertname=VendorStatusMajorOutage --alertmanager.url=http://127.0.0.1:$alertmanager -o extended"
has_it() { $alerts | grep -q northwind-cloud; }
within 60 has_it
typed "$alerts"
sees 'northwind-cloud: its status page reports a major outage since '
sees 'incident="[^"]+: http://127.0.0.1:[0-9]+/incidents/'
runbook=$(grep -Eo 'docs/runbooks/VendorStatusMajorOutage.md' said | head -n 1)
[[ -s vendorstatus/$runbook ]] || fail "the runbook '$runbook' is not among the assets"

wants "Enough for today: nothing of the demo stays."
ends_by_ctrl_c 0 demo
[[ ! -e demo ]] || fail "the demo left its folder"
