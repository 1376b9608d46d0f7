// What happens by itself, by Statuspage's names: of the API, and of a page's file. In: nothing. Out: names.

/** Both ways: the names that are read are the names that are shown. */
export const automationNames = {
  scheduled_auto_in_progress: "begins",
  scheduled_auto_completed: "completes",
  auto_transition_deliver_notifications_at_start: "tellsAtStart",
  auto_transition_deliver_notifications_at_end: "tellsAtEnd",
  auto_transition_to_maintenance_state: "setsMaintenance",
  auto_transition_to_operational_state: "setsOperational",
  scheduled_remind_prior: "remindsPrior",
} as const;
