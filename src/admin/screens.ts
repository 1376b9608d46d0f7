// Every screen, in the order of the menu. A new one is a file, a row here, and a row in test/admin/screens.test.ts.
import type { Screen } from "./screen.ts";
import { dashboardScreen } from "./screen-dashboard.tsx";
import { incidentScreen } from "./screen-incident.tsx";
import { newIncidentScreen } from "./screen-incident-new.tsx";
import { incidentsScreen, maintenancesScreen } from "./screen-incidents.tsx";
import { pagesScreen } from "./screen-pages.tsx";
import { previewScreen } from "./screen-preview.ts";

export const screens: readonly Screen[] = [
  dashboardScreen,
  incidentsScreen,
  newIncidentScreen,
  incidentScreen,
  maintenancesScreen,
  pagesScreen,
  previewScreen,
];
