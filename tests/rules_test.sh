#!/usr/bin/env bash
# The Prometheus rules and the Alertmanager sample: they parse, fire when they should, name only
# metrics that there are, and lead to runbooks that there are. Needs promtool and amtool. Also: what
# contrib/fetch ships is clean, as far as shellcheck and systemd (where it is) can say.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
failed=0
fail() { echo "rules_test: $*" >&2; failed=1; }

for tool in promtool amtool shellcheck; do
    command -v "$tool" >/dev/null || fail "$tool is missing (packages/test.txt: prometheus, prometheus-alertmanager, shellcheck)"
done
[ $failed = 0 ] || exit 1

promtool check rules grafana/rules/*.rules.yml || fail "promtool check rules"
promtool test rules grafana/rules/tests/*.test.yml || fail "promtool test rules"
amtool check-config grafana/alertmanager.yml || fail "amtool check-config"

routed() { # expected receiver, labels…
    local wanted=$1 got
    shift
    got=$(amtool config routes test --config.file=grafana/alertmanager.yml "$@" 2>/dev/null) || got=nowhere
    [ "$got" = "$wanted" ] || fail "$* goes to $got, not $wanted"
}
routed dead-man alertname=MailfleetWatchdog severity=none kind=self-watchdog
routed monitor-operators alertname=MailfleetProberDegraded severity=page kind=self-prober-degraded
routed monitor-operators alertname=MailfleetFeedOld severity=ticket kind=self-feed-old
routed on-call alertname=StarttlsLost severity=page kind=starttls-lost cause=endpoint:mx.example
routed on-call-health alertname=SpfOpen severity=page kind=spf-open domain=a.example sector=health
routed on-call alertname=MailfleetRegressionPage severity=page kind=spf-open domain=a.example
routed tickets alertname=CertExpiring severity=ticket kind=cert-expiring sector=local-authority
routed tickets-health alertname=CertExpiring severity=ticket kind=cert-expiring sector=health

while read -r metric; do
    metric=${metric%_bucket} # a part of a histogram
    grep -rqF "\"$metric\"" exporter/metrics/ || fail "a rule uses $metric, which /metrics does not have"
done < <(grep -v '^ *\(#\|description\|summary\)' grafana/rules/*.rules.yml | grep -oE 'mailfleet_[a-z_]+' | sort -u)

while read -r alert; do
    grep -rqF "alertname: $alert" grafana/rules/tests/ || grep -rqF "alertname=\"$alert\"" grafana/rules/tests/ ||
        fail "no test mentions the alert $alert"
done < <(sed -n 's/^ *- alert: //p' grafana/rules/*.rules.yml)

while read -r runbook; do
    file=${runbook%%#*}
    heading=${runbook#*#}
    [ -f "$file" ] || { fail "there is no $file"; continue; }
    [ "$heading" = "$runbook" ] || grep -qix "## $heading" "$file" || fail "$file has no heading $heading"
done < <(grep -hoE 'docs/runbooks/[a-z-]+\.md(#[a-z]+)?' grafana/rules/*.rules.yml | sort -u)

# Every kind that a comparison or the monitor itself can raise has its page. Kinds of no alert are
# improvement, neutral and unknown.
while read -r kind; do
    [ -f "docs/runbooks/$kind.md" ] || fail "the kind $kind has no runbook"
done < <({
    grep -hoE '(\(|kind = )"[a-z]+(-[a-z]+)+", *(AlertLevel|Confirmation|alert)' checks/*/*.cc
    grep -hoE '(_kind|degraded|failed_test) = "[a-z-]+"' monitor/*.cc monitor/watch/*.cc
} | grep -oE '"[^"]+"' | tr -d '"' | sort -u)

shellcheck contrib/fetch/mailfleet-fetch || fail "shellcheck contrib/fetch/mailfleet-fetch"
if command -v systemd-analyze >/dev/null; then
    units=$(mktemp -d)
    sed 's#^ExecStart=.*#ExecStart=/bin/true#' contrib/fetch/mailfleet-fetch.service >"$units/mailfleet-fetch.service"
    cp contrib/fetch/mailfleet-fetch.timer "$units"
    systemd-analyze verify --man=no "$units"/* || fail "systemd-analyze verify contrib/fetch"
    systemd-analyze security --offline=true --threshold=30 "$units/mailfleet-fetch.service" >"$units/security" ||
        { cat "$units/security" >&2; fail "systemd-analyze security contrib/fetch"; }
    rm -rf "$units"
else
    echo "rules_test: SKIPPED: no systemd-analyze here; the units of contrib/fetch were not looked at" >&2
fi

[ $failed = 0 ] && echo "The rules are right."
exit $failed
