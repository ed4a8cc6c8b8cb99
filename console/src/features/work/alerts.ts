import type { Schemas } from '../../api/client'
import { type Cell, isName } from '../../api/format'
import { answerRows, filled } from '../../formats/template'
import { capitalised } from '../../formats/words'
import { panelAddress } from '../dashboards/named-panel'
import type { Result } from '../query/results'
import { type QueueItem, queueItems, REOPEN } from './queue-state'

/** The queue under which alerts are acknowledged. */
export const ALERTS = 'alerts'
export const ACKNOWLEDGE = 'acknowledge'

export interface WatchedFigure {
  board: Schemas['Dashboard']
  rule: Schemas['DashboardAlert']
}

export interface RaisedAlert extends WatchedFigure {
  /** The rule and what it says: another value is another alert. */
  item: string
  message: string
  /** The ids of its answer, such as the one of the cause. */
  ids: { name: string; value: Cell }[]
}

export const watchedFigures = (boards: Schemas['Dashboard'][]): WatchedFigure[] =>
  boards.flatMap((board) => board.alerts.map((rule) => ({ board, rule })))

/** The alert of a figure that is above its limit. */
export function raisedAlert({ board, rule }: WatchedFigure, answer: Result): RaisedAlert | undefined {
  const value = answer.rows[0]?.[0] ?? null
  if (value === null || Number(value) <= rule.above) return undefined
  const said = filled(rule.message, answerRows(answer), { ...rule.units, value: rule.unit })
  const item = `${rule.name} ${said ?? String(value)}`.slice(0, 200)
  const ids = answer.columns
    .map(({ name }, place) => ({ name, value: answer.rows[0]?.[place] ?? null }))
    .filter((cell) => isName(cell.name) && cell.value !== null)
  return { board, rule, item, message: said ?? rule.message, ids }
}

/** The decision that acknowledged an alert, unless a newer one opened it again. */
export function acknowledgement(
  item: string,
  decisions: Schemas['Decision'][],
): Schemas['Decision'] | undefined {
  const newest = decisions.find(
    ({ item_id, action }) => item_id === item && (action === ACKNOWLEDGE || action === REOPEN),
  )
  return newest?.action === ACKNOWLEDGE ? newest : undefined
}

/** The alerts that nobody has acknowledged. */
export const openAlerts = (raised: RaisedAlert[], decisions: Schemas['Decision'][]): RaisedAlert[] =>
  raised.filter(({ item }) => !acknowledgement(item, decisions))

export const alertName = (rule: string): string => rule.replaceAll('_', ' ')

/** A message without the name of its rule, which stands beside it. */
function withoutName(message: string, rule: string): string {
  const name = `${alertName(rule)} `
  return message.toLowerCase().startsWith(name) ? capitalised(message.slice(name.length)) : message
}

/** Alerts as the items of a queue: those of now, then those that were decided before and whose figure has changed. */
export function alertItems(alerts: RaisedAlert[], decisions: Schemas['Decision'][]): QueueItem[] {
  const current = new Set(alerts.map(({ item }) => item))
  const past = new Set(
    decisions
      .map(({ item_id }) => item_id)
      .filter((item) => !current.has(item) && acknowledgement(item, decisions)),
  )
  const rows = [
    ...alerts.map(({ item, rule, message }) => [
      item,
      capitalised(alertName(rule.name)),
      `${withoutName(message, rule.name)} ${rule.remedy}`,
    ]),
    ...[...past].map((item) => [
      item,
      capitalised(alertName(item.split(' ', 1)[0] ?? '')),
      withoutName(item.slice(item.indexOf(' ') + 1), item.split(' ', 1)[0] ?? ''),
    ]),
  ]
  const items = queueItems({ columns: ALERT_COLUMNS, rows }, decisions)
  const raised = new Map(alerts.map((alert) => [alert.item, alert]))
  return items.map((item) => {
    const alert = raised.get(item.id)
    return alert ? { ...item, way: wayOf(alert), details: alert.ids } : item
  })
}

const ALERT_COLUMNS = ['item_id', 'subject', 'reason'].map((name) => ({ name }))

/** Where a person acts on an alert: the queue of the panel that shows the cause, or that panel. */
export function wayOf({ board, rule }: WatchedFigure): { href: string; words: string; label: string } {
  const name = alertName(rule.name)
  const named = board.panels.find((panel) => panel.name === rule.panel)?.queue
  const queue = board.queues.find((each) => each.name === named)
  return queue
    ? { href: `#/work/${queue.name}`, words: 'Open the queue', label: `Open the queue: ${name}` }
    : { href: panelAddress(board.system, rule.panel), words: 'Why?', label: `Why: ${name}` }
}
