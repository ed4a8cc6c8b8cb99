import type { Schemas } from '../../api/client'
import type { Result } from '../query/results'

/** A column of an answer whose text replaces the action of its panel. */
const ACTION = 'title_action'

/** The action that follows from an answer: of its first row, where it states one, otherwise the panel's. */
export function actionOf(
  panel: Pick<Schemas['Panel'], 'action'>,
  answer: Pick<Result, 'columns' | 'rows'> | undefined,
): string {
  const place = answer?.columns.findIndex(({ name }) => name === ACTION) ?? -1
  const stated = answer?.rows[0]?.[place]
  return typeof stated === 'string' && stated ? stated : panel.action
}
