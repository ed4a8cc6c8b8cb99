import { Anchor, Badge, Button, Group, Text } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useEffect, useRef } from 'react'

import type { Schemas } from '../../api/client'
import { figure } from '../../api/format'
import { useUnits } from '../../formats/columns'
import { day } from '../../formats/moments'
import { capitalised, label } from '../../formats/words'
import { Moment } from '../../components/moment'
import { PHONE } from '../../components/widths'
import { stateOf } from './decision-words'
import { ItemDetails } from './item-details'
import { LinkedText } from './linked-text'
import { NotePrompt } from './note-prompt'
import type { QueueShape } from './queue-list'
import { briefOf, LEAVES_AS_IT_IS, type QueueItem, reasonOf, REOPEN } from './queue-state'

type Decide = (action: string, label: string, more?: { note?: string; assignee?: string }) => void

interface Props {
  item: QueueItem
  queue: QueueShape
  mayDecide: boolean
  isSelected: boolean
  isOpen: boolean
  onSelect: () => void
  onToggle: () => void
  onChoose: (action: Schemas['QueueAction']) => void
  onDecide: Decide
  /** The chosen action that waits for its note. */
  asked: Schemas['QueueAction'] | undefined
  /** Takes the note, or nothing where the person thinks better of it. */
  onAnswer: (note: string) => void
}

/** Whether an action is the one to take in the selected row: the one that the lake proposes; the first where a page has the cause and nothing is proposed. No result of a call is proposed before the call. */
const isMain = ({ proposed, way }: QueueItem, action: string, isFirst: boolean): boolean =>
  proposed === undefined ? Boolean(way) && isFirst : proposed === action

/** Whether a person looks at the item before anything else: none of the actions is proposed, and no page has its cause. */
const isOpenedFirst = ({ proposed, way }: QueueItem, { actions }: QueueShape): boolean =>
  !way && !actions.some(({ name }) => name === proposed)

/** What the lake proposes. A proposal that no button takes is a look at the item, after which a person decides. */
const proposalWords = (proposed: string, { actions }: QueueShape): string =>
  actions.some(({ name }) => name === proposed)
    ? capitalised(label(proposed))
    : `${capitalised(label(proposed))}, then decide`

/** The newest decision that opened or closed an item. */
const newestOf = ({ history }: QueueItem): Schemas['Decision'] | undefined =>
  history.find(({ action }) => !LEAVES_AS_IT_IS.has(action))

/** The action that closed an item which has come back. */
const lastClosed = (item: QueueItem): string => newestOf(item)?.action ?? ''

/** Who decided last about an item, and when; of an open item also what, where no badge says it. */
function WhoAndWhen({ item }: { item: QueueItem }) {
  const newest = newestOf(item)
  if (!newest) return null
  const isSaid = Boolean(item.closedBy || item.returnsAt)
  return (
    <Text size="xs" className="muted who-and-when">
      {isSaid ? '' : `${stateOf(newest.action)}, `}
      {newest.decided_by}, <Moment at={newest.decided_at} />
    </Text>
  )
}

/** One item: who or what, why, how much is at stake, and the actions that close it. */
export function QueueRow(props: Props) {
  const { item, queue, mayDecide, isSelected, isOpen, onSelect, onToggle, onDecide, asked } = props
  const units = useUnits(queue.table, queue.units)
  const isPhone = useMediaQuery(PHONE, undefined, { getInitialValueInEffect: false })
  // A phone has room for what the items are about, and for all of the one that is looked at.
  const isFolded = isPhone && !isOpen && !asked
  const reason = isFolded ? briefOf(item, units) : reasonOf(item, units)
  const opener = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    const list = opener.current?.closest('ul')
    if (isSelected && list?.contains(document.activeElement)) opener.current?.focus()
  }, [isSelected])
  return (
    <li className="queue-item" data-selected={isSelected}>
      <div className="queue-line">
        <button
          ref={opener}
          type="button"
          className="queue-subject"
          aria-expanded={isOpen}
          onClick={onToggle}
          onFocus={onSelect}
        >
          {item.subject}
        </button>
        {/* A phone has few places to tap: the sentence opens the item as its subject does. */}
        <Text
          size="sm"
          className={isFolded ? 'queue-brief' : 'any-text'}
          component="div"
          onClick={(event) => {
            const isLink = event.target instanceof Element && event.target.closest('a')
            if (isFolded && !isLink) onToggle()
          }}
        >
          {item.proposed && !item.closedBy ? (
            <strong>
              {isFolded ? capitalised(label(item.proposed)) : proposalWords(item.proposed, queue)}:{' '}
            </strong>
          ) : null}
          <LinkedText
            text={item.proposed ? reason : capitalised(reason)}
            table={queue.table}
            cells={item.details}
          />
          {item.way ? (
            <>
              {' '}
              <Anchor inherit href={item.way.href} aria-label={item.way.label}>
                {item.way.words}
              </Anchor>
            </>
          ) : null}
          {item.returnsAt && !item.closedBy ? (
            <Badge variant="default" tt="none" ml="xs">
              {`back, was: ${stateOf(lastClosed(item))}`}
            </Badge>
          ) : null}
          {item.assignee ? (
            <Badge variant="default" tt="none" ml="xs">
              {item.assignee}
            </Badge>
          ) : null}
        </Text>
        <Text size="sm" fw={600} className="number">
          {item.value === null ? '' : figure(item.value, queue.unit)}
        </Text>
        {isFolded && !item.closedBy ? null : (
          <Group gap={4} justify="end">
            {item.closedBy ? (
              <Badge variant="default" tt="none">
                {stateOf(item.closedBy)}
                {item.returnsAt ? `, back on ${day(item.returnsAt.toISOString())}` : ''}
              </Badge>
            ) : null}
            {mayDecide && item.closedBy ? (
              <Button size="compact-xs" variant="default" onClick={() => onDecide(REOPEN, 'open again')}>
                Open again
              </Button>
            ) : null}
            {mayDecide && !item.closedBy && isOpenedFirst(item, queue) ? (
              // Its room stays where it is not shown, so that selecting a row moves nothing.
              <Button
                size="compact-xs"
                variant={isSelected && !isOpen ? 'filled' : 'default'}
                style={isSelected && !isOpen ? undefined : { visibility: 'hidden' }}
                aria-hidden={!isSelected || isOpen}
                aria-label={`Open: ${item.subject}`}
                onClick={() => {
                  // The button goes away with the click.
                  opener.current?.focus()
                  onToggle()
                }}
              >
                Open
              </Button>
            ) : null}
            {mayDecide && !item.closedBy
              ? queue.actions.map((action, place) => (
                  <Button
                    key={action.name}
                    size="compact-xs"
                    variant={isSelected && isMain(item, action.name, place === 0) ? 'filled' : 'default'}
                    aria-label={`${action.label}: ${item.subject}`}
                    onClick={() => props.onChoose(action)}
                  >
                    {action.label}
                  </Button>
                ))
              : null}
            <WhoAndWhen item={item} />
          </Group>
        )}
      </div>
      {asked ? <NotePrompt action={asked} onAnswer={props.onAnswer} /> : null}
      {isOpen ? (
        <ItemDetails
          item={item}
          table={queue.table}
          evidence={queue.evidence}
          unitsOfPanels={queue.units}
          mayDecide={mayDecide}
          onDecide={onDecide}
        />
      ) : null}
    </li>
  )
}
