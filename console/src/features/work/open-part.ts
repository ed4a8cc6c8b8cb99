import type { Schemas } from '../../api/client'
import type { Cell } from '../../api/format'
import { type Result, useResults } from '../query/results'
import { useDecisions } from './queries'
import { type QueueItem, queueItems, unlistedOf } from './queue-state'

/** The figures of a row that follow the decisions about a queue's items; the others are those of the run. */
const OF_QUEUE = /^(value|before|title_open(_\w+)?)$/
const NEAR = 0.005 // Sums of amounts differ by the order in which they are added.

/** The figures that items make: their number and the sums of their cells, of all and of each proposal. */
function figuresOf(items: QueueItem[]): [all: number, open: number][] {
  const names = [...new Set(items.flatMap(({ details }) => details.map(({ name }) => name)))]
  const measures: ((item: QueueItem) => number)[] = [
    () => 1,
    ({ value }) => value ?? 0,
    ...names.map((name) => ({ details }: QueueItem) => {
      const cell = details.find((each) => each.name === name)?.value
      return typeof cell === 'number' || typeof cell === 'string' ? Number(cell) : 0
    }),
  ]
  const groups = [items, ...new Set(items.map(({ proposed }) => proposed))].map((group) =>
    Array.isArray(group) ? group : items.filter(({ proposed }) => proposed === group),
  )
  const sum = (of: QueueItem[], measure: (item: QueueItem) => number) =>
    of.reduce((total, item) => total + measure(item), 0)
  return groups.flatMap((group) =>
    measures.map((measure): [number, number] => [
      sum(group, measure),
      sum(
        group.filter(({ closedBy }) => !closedBy),
        measure,
      ),
    ]),
  )
}

/** The part of a figure that is still open: a figure that counts or adds up the items of a queue follows its decisions, another one stays. */
export function openPart(value: Cell, items: QueueItem[]): Cell {
  const figure = value === null ? NaN : Number(value)
  const parts = figuresOf(items).filter(([all]) => Math.abs(all - figure) < NEAR)
  const open = new Set(parts.map(([, part]) => part.toFixed(2)))
  const [only] = open
  return open.size === 1 && only !== undefined && items.some(({ closedBy }) => closedBy)
    ? Number(only)
    : value
}

/** The answer of a figure, whose cells follow the decisions about the queue of its panel, or of its table; the queue's items are not asked for. */
export function useOpenAnswer(
  queues: Schemas['WorkQueue'][],
  panel: Pick<Schemas['Panel'], 'queue' | 'table'>,
  answer: Result | undefined,
): Result | undefined {
  const ofOpen = useOpenPart(queues, panel)
  return (
    answer && {
      ...answer,
      rows: answer.rows.map((row) =>
        row.map((cell, place) => (OF_QUEUE.test(answer.columns[place]?.name ?? '') ? ofOpen(cell) : cell)),
      ),
    }
  )
}

/** Whether decisions changed no cell of an answer: it is then compared with that of the run before. */
export const isAsOfRun = (answer: Pick<Result, 'rows'>, open: Pick<Result, 'rows'>): boolean =>
  answer.rows.every((row, line) => row.every((cell, place) => cell === open.rows[line]?.[place]))

function useOpenPart(
  queues: Schemas['WorkQueue'][],
  panel: Pick<Schemas['Panel'], 'queue' | 'table'>,
): (value: Cell) => Cell {
  const queue = queues.find(({ name, table }) => (panel.queue ? name === panel.queue : table === panel.table))
  const [answer] = useResults([queue?.sql ?? ''], false)
  const decisions = useDecisions(queue?.name ?? '')
  if (!queue || !answer?.data || !decisions.data || unlistedOf(answer.data) > 0) return (value) => value
  const items = queueItems(answer.data, decisions.data.decisions, queue.actions)
  return (value) => openPart(value, items)
}
