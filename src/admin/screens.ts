// Every screen, in the order of the menu. A new one is a file, a row here, and a row in test/admin/screens.test.ts.
import type { Screen } from "./screen.ts";
import { alertSourcesScreen } from "./screen-alert-sources.tsx";
import { auditScreen } from "./screen-audit.tsx";
import { checkScreen, newCheckScreen } from "./screen-check.tsx";
import { checksScreen } from "./screen-checks.tsx";
import { componentScreen, newComponentScreen } from "./screen-component.tsx";
import { componentsScreen } from "./screen-components.tsx";
import { dashboardScreen } from "./screen-dashboard.tsx";
import { deliveriesScreen } from "./screen-deliveries.tsx";
import { draftScreen } from "./screen-draft.tsx";
import { draftsScreen } from "./screen-drafts.tsx";
import { importScreen } from "./screen-import.tsx";
import { incidentScreen } from "./screen-incident.tsx";
import { newIncidentScreen } from "./screen-incident-new.tsx";
import { incidentsScreen, maintenancesScreen } from "./screen-incidents.tsx";
import { newMaintenanceScreen } from "./screen-maintenance-new.tsx";
import { meScreen } from "./screen-me.tsx";
import { metricScreen, metricsScreen, newMetricScreen } from "./screen-metrics.tsx";
import { pagesScreen } from "./screen-pages.tsx";
import { invitationsScreen, peopleScreen, personScreen } from "./screen-people.tsx";
import { popsScreen } from "./screen-pops.tsx";
import { postmortemScreen } from "./screen-postmortem.tsx";
import { previewScreen } from "./screen-preview.ts";
import { newRecurrenceScreen, recurrenceScreen } from "./screen-recurrence.tsx";
import { recurrencesScreen } from "./screen-recurrences.tsx";
import { secondFactorScreen } from "./screen-second-factor.tsx";
import { settingsScreen } from "./screen-settings.tsx";
import { snapshotsScreen } from "./screen-snapshots.tsx";
import { subscribersScreen } from "./screen-subscribers.tsx";
import { newTemplateScreen, templateScreen, templatesScreen } from "./screen-templates.tsx";
import { tokensScreen } from "./screen-tokens.tsx";
import { updateScreen } from "./screen-update.tsx";
import { newUpstreamScreen, upstreamScreen, upstreamsScreen } from "./screen-upstreams.tsx";
import { uptimeScreen } from "./screen-uptime.tsx";

export const screens: readonly Screen[] = [
  dashboardScreen,
  incidentsScreen,
  newIncidentScreen,
  incidentScreen,
  updateScreen,
  maintenancesScreen,
  newMaintenanceScreen,
  recurrencesScreen,
  newRecurrenceScreen,
  recurrenceScreen,
  draftsScreen,
  draftScreen,
  componentsScreen,
  newComponentScreen,
  componentScreen,
  templatesScreen,
  newTemplateScreen,
  templateScreen,
  postmortemScreen,
  metricsScreen,
  newMetricScreen,
  metricScreen,
  alertSourcesScreen,
  upstreamsScreen,
  newUpstreamScreen,
  upstreamScreen,
  uptimeScreen,
  checksScreen,
  newCheckScreen,
  checkScreen,
  subscribersScreen,
  deliveriesScreen,
  snapshotsScreen,
  settingsScreen,
  tokensScreen,
  auditScreen,
  pagesScreen,
  popsScreen,
  peopleScreen,
  invitationsScreen,
  personScreen,
  importScreen,
  meScreen,
  secondFactorScreen,
  previewScreen,
];
