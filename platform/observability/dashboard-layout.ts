import type { Metric } from './alarms.ts'

/** One curve of a chart. */
export type Line = readonly [metric: Metric, label: string]

export interface Widget {
  type: 'metric' | 'text'
  x: number
  y: number
  width: number
  height: number
  properties: Record<string, unknown>
}

const COLUMNS = 24
const CHART_HEIGHT = 6
const TITLE_HEIGHT = 1
/** Of a row with its title. */
export const ROW_HEIGHT = TITLE_HEIGHT + CHART_HEIGHT
const PERIOD_SECONDS = 60

/** A row's widgets, at this height of the dashboard. */
export type Row = (y: number) => Widget[]

/** One chart; all its metrics are of one region. */
export interface Chart {
  title: string
  lines: readonly Line[]
  region: string
  /** Line across the chart: where the alarm begins. */
  limit?: number
}

/** A title over charts of equal width. */
export const rowOf =
  (title: string, charts: readonly Chart[]): Row =>
  y => {
    const width = Math.floor(COLUMNS / charts.length)
    return [
      {
        type: 'text',
        x: 0,
        y,
        width: COLUMNS,
        height: TITLE_HEIGHT,
        properties: { markdown: `## ${title}`, background: 'transparent' },
      },
      ...charts.map((chart, index) => ({
        type: 'metric' as const,
        x: index * width,
        y: y + TITLE_HEIGHT,
        width,
        height: CHART_HEIGHT,
        properties: propertiesOf(chart),
      })),
    ]
  }

const propertiesOf = ({ title, lines, region, limit }: Chart) => ({
  title,
  region,
  view: 'timeSeries',
  period: PERIOD_SECONDS,
  metrics: lines.map(([{ namespace, name, dimensions, statistic }, label]) => [
    namespace,
    name,
    ...Object.entries(dimensions).flat(),
    { stat: statistic, label },
  ]),
  ...(limit !== undefined && { annotations: { horizontal: [{ label: 'alarm', value: limit }] } }),
})
