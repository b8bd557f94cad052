// For those who assemble monitoring from mixins: the same dashboards and rules, by the usual names.
{
  grafanaDashboardFolder:: 'Mailfleet',
  grafanaDashboards+:: {
    'mailfleet-fleet.json': import '../dashboards/fleet.json',
    'mailfleet-domain.json': import '../dashboards/domain.json',
    'mailfleet-monitor.json': import '../dashboards/monitor.json',
  },
  prometheusAlerts+:: std.parseYaml(importstr '../rules/mailfleet-health.rules.yml'),
  prometheusRules+:: std.parseYaml(importstr '../rules/mailfleet-recording.rules.yml'),
}
