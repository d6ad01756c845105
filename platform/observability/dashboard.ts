import { ROW_HEIGHT, type Widget } from './dashboard-layout.ts'
import {
  cacheRow,
  type DashboardSources,
  databaseRow,
  edgeRow,
  serviceRow,
} from './dashboard-rows.ts'

/** The dashboard's body, before it is JSON: a row for the edge, one per service, one each for database and cache. */
export function dashboardBody(sources: DashboardSources): { widgets: Widget[] } {
  const rows = [
    edgeRow(sources),
    ...sources.services.map(service => serviceRow(service, sources)),
    databaseRow(sources),
    ...(sources.cacheNodes.length > 0 ? [cacheRow(sources)] : []),
  ]
  return { widgets: rows.flatMap((row, index) => row(index * ROW_HEIGHT)) }
}
