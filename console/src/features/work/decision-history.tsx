import { Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { Moment } from '../../components/moment'
import { decisionWords } from './decision-words'

/** What was decided about one item, with the notes, by whom and when. */
export function DecisionHistory({ decisions }: { decisions: Schemas['Decision'][] }) {
  if (decisions.length === 0) return null
  return (
    <ul className="history" aria-label="History">
      {decisions.map((decision) => (
        <li key={decision.decision_id}>
          <Text size="sm" span>
            {decisionWords(decision)}
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
