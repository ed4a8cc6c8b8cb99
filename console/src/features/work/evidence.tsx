import { Text } from '@mantine/core'

import { ApiProblem, type Schemas } from '../../api/client'
import { Answered, Empty } from '../../components/states'
import { useUnits } from '../../formats/columns'
import { quoted } from '../../formats/sql'
import { answerRows, answerTitle } from '../../formats/template'
import { AnswerTable, shownColumns } from '../dashboards/answer-table'
import { useMayAsk } from '../catalog/personal-columns'
import { useResult } from '../query/results'

const MOST_PX = 300

/** Advice for those who write a statement themselves. */
const OF_AN_EDITOR = 'Leave the column out, or ask'

interface Props {
  evidence: Schemas['QueueEvidence']
  itemId: string
  /** The most height of its rows. */
  height?: number
}

/** Rows that help to decide about an item, such as the earlier payments of a customer. */
export function Evidence({ evidence, itemId, height = MOST_PX }: Props) {
  const may = useMayAsk(evidence.sql)
  const answer = useResult(may ? evidence.sql.replaceAll('{item_id}', quoted(itemId)) : '')
  const units = useUnits(evidence.table, evidence.units)
  const title = answer.data ? answerTitle(evidence.title, answerRows(answer.data), units) : undefined
  if (may === false)
    return <Empty>Only people with the right to see personal data read this. Ask an operator for it.</Empty>
  // Some evidence is for people who may see personal columns; without it one can still decide.
  if (answer.error instanceof ApiProblem && answer.error.status < 500 && !answer.data)
    return <Empty>{answer.error.message.replace(OF_AN_EDITOR, 'Ask')}</Empty>
  return (
    <section aria-label={title}>
      <Answered of={answer} what="what is known besides">
        {(rows) =>
          rows.rows.length === 0 ? null : (
            <>
              <Text size="sm" fw={600}>
                {title}
              </Text>
              {shownColumns(rows).columns.length === 0 ? null : (
                <AnswerTable
                  answer={rows}
                  units={units}
                  table={evidence.table}
                  label={title ?? evidence.table}
                  height={height}
                  keeps={evidence.keeps}
                />
              )}
            </>
          )
        }
      </Answered>
    </section>
  )
}
