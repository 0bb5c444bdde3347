#!/usr/bin/env bash
# Living with it: somebody who has run vendorstatus for a while changes what is watched, moves the database and makes
# mistakes, while `monitor serve` goes on.
#
#     cd EMPTY_FOLDER && bash .../tests/walks/first_upgrade.sh
#
# With VENDORSTATUS_TEST_POSTGRES=postgresql://... the database is copied to that server too, into a new database of it.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/steps.sh"

wants "Vendors to watch: those of the demo stand for real pages."
goes_on pages "monitor demo --dir pages --port $(free_port)"
within 120 grep -q 'metrics on http' pages.log
add() { typed "monitor add $(value_of pages/monitor.yaml "$1" url) --slug $2 --name '$3' --allow-private --all"; }
add halcyon-pay halcyon "Halcyon Pay"
settings=$(sed -n 's/^added .* to \(.*\)$/\1/p' said)
[[ -s $settings ]] || fail "add does not say where the settings are"
add quillmail quillmail Quillmail

wants "Start it. The log says when the first backfill has ended."
port=$(free_port)
goes_on serve "monitor serve --port $port"
within 120 grep -q 'backfill ends.*vendor=halcyon' serve.log
within 120 grep -q 'backfill ends.*vendor=quillmail' serve.log
grep -q '90 of 90 days known' serve.log || fail "the log does not say how many days are known"
scraped() { python3 -c 'import sys, urllib.request as u
print(u.build_opener(u.ProxyHandler({})).open(sys.argv[1], timeout=10).read().decode())' "http://127.0.0.1:$port/metrics" >metrics; }
serves() { scraped && grep -q "^vendorstatus_up{vendor=\"$1\"} 1" metrics; }
serves_no() { scraped && ! grep -q "vendor=\"$1\"" metrics; }
within 60 serves halcyon
within 60 serves quillmail

wants "Look at one vendor only, by the environment: what is watched stays as it is."
typed "monitor check --diff"
sees 'watches what the settings say'
sees_not 'needs a restart'
typed "MONITOR_VENDORS=quillmail monitor report"
sees '^Quillmail: partial or major outage on '
sees_not 'Halcyon'
typed "monitor check --diff"
sees 'watches what the settings say'
serves halcyon || fail "a report ended the watch over a vendor"

wants "By mistake, start a second one that watches something else."
ends_with 2 "MONITOR_VENDORS=quillmail monitor serve --port $(free_port)"
is_told 'monitor apply'
serves halcyon || fail "a second server ended the watch over a vendor"

wants "Watch one vendor more: see before what that changes, and have the server take it over."
add tidepool-maps tidepool "Tidepool Maps"
typed "monitor check --diff"
sees '^added: tidepool$'
sees_not 'needs a restart'
kill -HUP "$(cat serve.pid)"
within 60 serves tidepool
typed "monitor check --diff"
sees 'watches what the settings say'

wants "Change a vendor's settings, and put them in force without a signal."
sed -i 's/^  - slug: quillmail$/&\n    tier: critical/' "$settings"
typed "monitor check"
typed "monitor check --diff"
sees '^changed: quillmail: tier: standard -> critical$'
typed "monitor apply"
sees '^changed: quillmail: tier: standard -> critical$'
is_critical() { scraped && grep -q '^vendorstatus_vendor_info{.*vendor="quillmail".*tier="critical"\|^vendorstatus_vendor_info{.*tier="critical".*vendor="quillmail"' metrics; }
within 60 is_critical

wants "A mistake in the settings is named with its line, and changes nothing."
cp "$settings" good.yaml
sed -i 's/tier: critical/tier: urgent/' "$settings"
ends_with 2 "monitor check"
cat said told >both
grep -Eq 'monitor.yaml:[0-9]+.*urgent' both || fail "check does not name the line of the mistake"
ends_with 2 "monitor apply"
kill -HUP "$(cat serve.pid)"
within 30 grep -q 'urgent' serve.log
serves quillmail || fail "a mistake in the settings ended the watch over a vendor"
cp good.yaml "$settings"
kill -HUP "$(cat serve.pid)"

wants "Stop watching a vendor: its history stays until I delete it on purpose."
typed "monitor remove tidepool"
typed "monitor apply"
sees '^removed: tidepool; its history is kept$'
within 60 serves_no tidepool
ends_with 2 "monitor purge --vendor tidepool"
is_told '--yes'
typed "monitor purge --vendor tidepool --yes"
ends_with 2 "monitor purge --vendor halcyon --yes"
is_told 'halcyon'

wants "Where is all of it, is it whole, and how large?"
typed "monitor db path"
database=$(cat said)
[[ -s $database ]] || fail "there is no file '$database'"
typed "monitor db check"
typed "monitor db size"
sees '^page +[0-9]+ rows'

wants "A copy for safety before an upgrade, while it runs."
typed "monitor db backup $PWD/backup.db"
typed "monitor db check --database $PWD/backup.db"
figures() { printf '%s' "monitor report --until yesterday --days 80 --format csv"; }
typed "$(figures)"
cp said before.csv
(($(wc -l <before.csv) > 8)) || fail "the report has too few lines"
typed "$(figures) --database $PWD/backup.db"
cmp said before.csv || fail "the backup says otherwise"

wants "A copy for somebody else, and into PostgreSQL, while it runs."
typed "monitor db copy --to $PWD/copy.db"
typed "$(figures) --database $PWD/copy.db"
cmp said before.csv || fail "the copy says otherwise"
ends_with 2 "monitor db copy --to $PWD/copy.db"
is_told '--replace'
typed "monitor db copy --to $PWD/copy.db --replace"
if [[ -n ${VENDORSTATUS_TEST_POSTGRES:-} ]]; then
    name=walk_$$
    psql -q "$VENDORSTATUS_TEST_POSTGRES" -c "CREATE DATABASE $name"
    trap 'end; psql -q "$VENDORSTATUS_TEST_POSTGRES" -c "DROP DATABASE $name WITH (FORCE)"' EXIT
    server=${VENDORSTATUS_TEST_POSTGRES%/*}/$name
    typed "monitor db copy --to $server"
    typed "$(figures) --database $server"
    cmp said before.csv || fail "PostgreSQL says otherwise"
fi

wants "I mistype a path: nothing is made, and I am told."
ends_with 2 "monitor report --database sqlite:///typo.db"
is_told 'typo.db'
ends_with 2 "monitor poll --database typo.db"
is_told '--create'
[[ ! -e typo.db ]] || fail "a mistyped path became a database"

wants "Shells: the first line only, no colours, and Ctrl-C."
typed "monitor report | head -n 1"
is_told_nothing
typed "script -qec 'NO_COLOR=1 TERM=xterm monitor report' /dev/null"
sees_not "$(printf '\033')"
typed "script -qec 'TERM=xterm-256color monitor report' /dev/null"
sees "$(printf '\033')"
goes_on waiting "monitor status quillmail --now --wait 5m --warn maintenance"
sleep 5 # it says nothing while it waits
ends_by_ctrl_c 130 waiting
! grep -q Traceback waiting.log || fail "Ctrl-C ends with a traceback"

wants "Give a vendor another name, with the server stopped; its history goes along."
ends_with 2 "monitor rename halcyon halcyon-pay"
ends_by_ctrl_c 0 serve
typed "monitor rename halcyon halcyon-pay"
typed "monitor report halcyon-pay"
sees '^Halcyon Pay: partial or major outage on [0-9]+ of 90 known days'

wants "Something went wrong: back to the copy."
typed "monitor db restore $PWD/backup.db"
typed "monitor db check"
typed "monitor report halcyon --config good.yaml --until yesterday --days 80 --format csv"
(($(grep -c '^halcyon,' before.csv) == $(wc -l <said) - 1)) || fail "the restored database has another history"
grep -Fxvf before.csv said >differs || true
[[ ! -s differs ]] || fail "the restored database says otherwise"
ends_by_ctrl_c 0 pages
