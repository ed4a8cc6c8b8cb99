import { Button, Group, Text } from '@mantine/core'
import { useState } from 'react'

import type { Schemas } from '../../api/client'
import { figure } from '../../api/format'
import { useMay } from '../../api/queries'
import { Panel } from '../../components/panel'
import { Answered, Failed } from '../../components/states'
import { type Units, useUnits } from '../../formats/columns'
import { quoted } from '../../formats/sql'
import { capitalised, label } from '../../formats/words'
import { useDashboards } from '../dashboards/queries'
import { useResult } from '../query/results'
import { DecisionHistory } from '../work/decision-history'
import { stateOf } from '../work/decision-words'
import { NotePrompt } from '../work/note-prompt'
import { useDecisionsAbout } from '../work/decisions-about'
import { useLeftItems, useShownWords } from '../work/left-items'
import { useDecide } from '../work/queries'
import { decisionOf, type QueueItem, queueItems, reasonOf, REOPEN, valueLabel } from '../work/queue-state'

interface Props {
  /** The tables of systems about the thing. */
  tables: { name: string }[]
  value: string
}

/** The next step about a thing by each queue of its kind: why, how much is at stake, and the way there. */
export function StepsAbout({ tables, value }: Props) {
  const boards = useDashboards().data?.dashboards ?? []
  const queues = boards
    .flatMap((board) => board.queues)
    .filter((queue) => tables.some(({ name }) => name === queue.table))
  return queues.map((queue) => <Step key={queue.name} queue={queue} value={value} />)
}

/** The statement of a queue's item: the queue's own, so that both say the same. */
export const itemStatement = (sql: string, item: string): string =>
  `SELECT *\nFROM (\n${sql.trim()}\n) AS items\nWHERE item_id = ${quoted(item)}`

function Step({ queue, value }: { queue: Schemas['WorkQueue']; value: string }) {
  const answer = useResult(itemStatement(queue.sql, value))
  const { decisions, isPartial } = useDecisionsAbout(queue.name, value)
  const units = useUnits(queue.table, queue.units)
  const left = useLeftItems(queue, answer.data, decisions)
  const listed = answer.data && decisions ? queueItems(answer.data, decisions, queue.actions) : []
  const [item] = [...listed, ...left]
  const name = 'What to do'
  const partial = isPartial ? (
    <Text size="xs" className="muted">
      Older decisions about it cannot be read now, so some may be missing here.
    </Text>
  ) : null
  if (answer.data && decisions && !item)
    return (
      <div>
        <Text size="sm">Nothing to do: it is not among “{queue.title}”.</Text>
        <DecisionHistory decisions={decisions} />
        {partial}
      </div>
    )
  const title = !item
    ? name
    : item.closedBy
      ? `${queue.title}: ${label(item.closedBy)}`
      : item.isLeft
        ? `${queue.title}: ${stateOf(REOPEN)}`
        : `${queue.title}${item.value === null || !answer.data ? '' : `: ${figure(item.value, queue.unit)} ${valueLabel(queue, answer.data)}`}`
  return (
    <Panel
      title={title}
      name={name}
      actions={
        <Button
          component="a"
          size="compact-sm"
          variant="default"
          href={`#/work/${encodeURIComponent(queue.name)}`}
        >
          Open the queue
        </Button>
      }
    >
      <Answered of={answer} what="the next step">
        {() =>
          item ? (
            <>
              <Text size="sm" mb="xs">
                {item.proposed && !item.closedBy ? (
                  <strong>{capitalised(label(item.proposed))}: </strong>
                ) : null}
                {item.proposed ? reasonOf(item, units) : capitalised(reasonOf(item, units))}
              </Text>
              <Decide queue={queue} item={item} units={units} />
              <DecisionHistory decisions={item.history} />
              {partial}
            </>
          ) : null
        }
      </Answered>
    </Panel>
  )
}

/** The actions of the queue, so that one decides where one has read about the thing; a decision can be taken back. Only a proposed one is filled: the other actions are equal until a person has decided. */
function Decide({ queue, item, units }: { queue: Schemas['WorkQueue']; item: QueueItem; units: Units }) {
  const decide = useDecide(queue.name)
  const shownWords = useShownWords(queue.sql, units)
  const may = useMay('uploader')
  const [asked, setAsked] = useState<Schemas['QueueAction']>()
  const record = (action: string, note = '') =>
    decide.mutate({ ...decisionOf(queue.name, item, action, shownWords(item)), note })
  if (!may) return null
  if (asked)
    return (
      <NotePrompt
        action={asked}
        onAnswer={(note) => {
          setAsked(undefined)
          if (note) record(asked.name, note)
        }}
      />
    )
  return (
    <Group gap="xs">
      {item.closedBy ? (
        <Button size="compact-sm" variant="default" loading={decide.isPending} onClick={() => record(REOPEN)}>
          Open again
        </Button>
      ) : (
        queue.actions.map((action) => (
          <Button
            key={action.name}
            size="compact-sm"
            variant={action.name === item.proposed ? 'filled' : 'default'}
            title={action.meaning || undefined}
            disabled={decide.isPending}
            onClick={() => (action.note_prompt ? setAsked(action) : record(action.name))}
          >
            {action.label}
          </Button>
        ))
      )}
      {decide.error ? <Failed error={decide.error} what="The decision" isAction /> : null}
    </Group>
  )
}
