import type { Schemas } from '../../api/client'
import type { Units } from '../../formats/columns'
import { filledParts } from '../../formats/template'
import type { Result } from '../query/results'

/** A column of an answer whose text replaces the action of its panel. */
const ACTION = 'title_action'
/** A column of a figure that says why its queue has no items. */
const NOTHING = 'title_nothing'

/** Columns of an answer with the dashboard on which its first row goes on, with filters, and the words of the link. */
const [ONWARD, ONWARD_WORDS] = ['title_onward', 'title_onward_words']
/** An answer may have values of files: only dashboards of the console are linked. */
const DASHBOARD = /^[\w-]+(\?[\w.=%&-]*)?$/

type Answer = Pick<Result, 'columns' | 'rows'> | undefined

/** The action that follows from an answer: of its first row, where it states one, otherwise the panel's, with cells of that row. */
export function actionOf(panel: Pick<Schemas['Panel'], 'action'>, answer: Answer, units: Units = {}): string {
  const action = textOf(ACTION, answer) || panel.action
  const first = {
    columns: answer?.columns.map(({ name }) => name) ?? [],
    rows: answer?.rows.slice(0, 1) ?? [],
  }
  return filledParts([action], first, units)[0] ?? action
}

/** Why the queue of a figure has no items; empty where its answer does not say it. */
export const nothingOf = (answer: Answer): string => textOf(NOTHING, answer)

/** The link to the dashboard on which the first row of an answer goes on; nothing where it names none. */
export function onwardOf(answer: Answer): { href: string; words: string } | undefined {
  const [address, words] = [textOf(ONWARD, answer), textOf(ONWARD_WORDS, answer)]
  return DASHBOARD.test(address) && words ? { href: `#/dashboards/${address}`, words } : undefined
}

function textOf(column: string, answer: Answer): string {
  const place = answer?.columns.findIndex(({ name }) => name === column) ?? -1
  const stated = answer?.rows[0]?.[place]
  return typeof stated === 'string' ? stated : ''
}
