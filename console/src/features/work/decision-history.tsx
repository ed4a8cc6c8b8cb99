import { Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { Moment } from '../../components/moment'
import { label } from '../../formats/words'
import { ASSIGN, UNASSIGN } from './queue-state'

/** A decision in the words of an item's history. */
const actionWords = ({ action, assignee }: Schemas['Decision']): string =>
  action === UNASSIGN ? 'assigned to nobody' : action === ASSIGN ? `assigned to ${assignee}` : label(action)

/** What was decided about one item, with the notes, by whom and when. */
export function DecisionHistory({ decisions }: { decisions: Schemas['Decision'][] }) {
  if (decisions.length === 0) return null
  return (
    <ul className="history" aria-label="History">
      {decisions.map((decision) => (
        <li key={decision.decision_id}>
          <Text size="sm" span>
            {actionWords(decision)}
            {decision.note ? `: ${decision.note}` : ''}
          </Text>{' '}
          <Text size="xs" span className="muted">
            {decision.decided_by}, <Moment at={decision.decided_at} />
          </Text>
        </li>
      ))}
    </ul>
  )
}
