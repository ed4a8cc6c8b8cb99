import { Anchor, Button, Group, Kbd, SegmentedControl, Stack, Text, TextInput } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { Fragment, useEffect, useRef, useState } from 'react'

import type { Schemas } from '../../api/client'
import { count, figure, whole } from '../../api/format'
import { useCaller, useMay } from '../../api/queries'
import { isTyped } from '../../app/use-page-keys'
import { Empty, Failed } from '../../components/states'
import { PHONE } from '../../components/widths'
import { cellWords, type Units, useUnits } from '../../formats/columns'
import { day } from '../../formats/moments'
import { label } from '../../formats/words'
import { doneWords } from './decision-words'
import { useDecide } from './queries'
import { EnoughLine } from './enough-line'
import { useShownWords } from './left-items'
import { QueueRow } from './queue-row'
import { Teaching } from './teaching'
import {
  countsOf,
  decisionOf,
  enoughOf,
  LEAVES_AS_IT_IS,
  type QueueItem,
  reasonOf,
  REOPEN,
  type Shown,
  shownOf,
  withOpened,
} from './queue-state'

export interface QueueShape {
  name: string
  table: string
  /** The statement that lists the items; none where no table has them. */
  sql?: string
  unit: string
  /** The figure that the value of an item is. */
  value_label?: string
  /** By which shown figure the items are listed. */
  order?: string
  evidence?: Schemas['QueueEvidence'][]
  /** Units of cells that no contract has. */
  units?: Units
  actions: Schemas['QueueAction'][]
  /** Whether a model learns from the decisions. */
  teaches?: boolean
  /** What the list says where nothing is open, on a page that may list other open things. */
  nothing?: string | undefined
  /** The same where nothing is decided. */
  nothingDone?: string | undefined
}

interface Props {
  queue: QueueShape
  items: QueueItem[]
  /** Items of lower rank that the list leaves out. */
  unlisted?: number
  shown: Shown
  onShow: (shown: Shown) => void
  /** The id of the opened item; empty where none is. */
  opened: string
  onOpen: (id: string) => void
}

/** The decision whose note a person writes. */
interface Asking {
  id: string
  action: Schemas['QueueAction']
}

const PAGE = 25
const UNDO = 'z'
const NOTHING: Record<Shown, string> = {
  open: 'Nothing is open. There is nothing to do here.',
  mine: 'Nothing is assigned to you. Open an item to take care of it.',
  done: 'Nothing was decided yet.',
}

/** The items of a queue with one-key actions: j and k move, Enter opens, a letter decides, z takes it back. */
export function QueueList({ queue, items, unlisted = 0, shown: view, onShow, opened, onOpen }: Props) {
  const list = useRef<HTMLDivElement>(null)
  // eslint-disable-next-line react-hooks/exhaustive-deps -- once, on the item that the address opens
  useEffect(() => focusFirst(list.current, opened !== ''), [])
  const [most, setMost] = useState(PAGE)
  const [asking, setAsking] = useState<Asking>()
  const [typed, setTyped] = useState('')
  const [last, setLast] = useState<{ id: string; text: string }>()
  const mayDecide = useMay('uploader')
  const decide = useDecide(queue.name)
  const person = useCaller().data?.name ?? ''
  const counts = countsOf(items)
  const units = useUnits(queue.table, queue.units)
  const shownWords = useShownWords(queue.sql ?? '', units)
  const ofView = withOpened(shownOf(items, view, person), items, opened)
  const [at, setAt] = useState(() =>
    Math.max(
      0,
      ofView.findIndex(({ id }) => id === opened),
    ),
  )
  // Keys decide about the item that an address opens, also one that is followed from here.
  const [openedBefore, setOpenedBefore] = useState(opened)
  const all = typed.trim() ? ofView.filter((item) => isAbout(item, typed, units)) : ofView
  if (openedBefore !== opened) {
    setOpenedBefore(opened)
    const place = (items: QueueItem[]): number => items.findIndex(({ id }) => id === opened)
    if (place(all) >= 0) setAt(place(all))
    else if (place(ofView) >= 0) {
      // It does not have the words that are searched for.
      setTyped('')
      setAt(place(ofView))
    }
  }
  const shown = all.slice(0, Math.max(most, all.findIndex(({ id }) => id === opened) + 1))
  const listed = all.filter(({ isLeft = false }) => !isLeft)
  const enough = view === 'open' && !typed.trim() ? enoughOf(listed) : undefined
  // A note cannot be written about an item that is out of sight.
  const asked = shown.some(({ id }) => id === asking?.id) ? asking : undefined
  const selected = shown[Math.min(at, shown.length - 1)]
  useEffect(() => keepFocus(list.current), [selected?.id, asked])

  function record(item: QueueItem, action: string, label: string, more = {}): void {
    decide.mutate(
      { ...decisionOf(queue.name, item, action, shownWords(item)), ...more },
      {
        onSuccess: () => {
          if (item.id === opened && !LEAVES_AS_IT_IS.has(action)) onOpen('')
          setLast({
            id: item.id,
            text: `${item.subject}: ${doneWords(action, label)}.${againstWords(queue, item, action)}${returnWords(queue, item, action)}`,
          })
          setAsking(undefined)
        },
      },
    )
  }

  /** Takes a decision, or asks first for the note that it needs. */
  function choose(item: QueueItem, action: Schemas['QueueAction']): void {
    if (action.note_prompt) setAsking({ id: item.id, action })
    else record(item, action.name, action.label)
  }

  const undo = items.find((item) => item.id === last?.id)
  const takeBack = (item: QueueItem): void => record(item, REOPEN, 'open again')

  function press(event: KeyboardEvent): void {
    if (asked || event.repeat || isTyped(event) || !isOfPage(event.target, list.current)) return
    const action =
      mayDecide && !selected?.closedBy ? queue.actions.find((one) => one.key === event.key) : undefined
    if (event.key === UNDO && undo?.closedBy) takeBack(undo)
    else if (!selected) return
    else if (event.key === 'j') setAt(Math.min(at + 1, shown.length - 1))
    else if (event.key === 'k') setAt(Math.max(at - 1, 0))
    else if (action) choose(selected, action)
    else return
    event.preventDefault()
  }
  // A sent note or a click beside the items takes the focus out of the list; the keys work all the same.
  useEffect(() => {
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  })

  return (
    <Stack gap="xs" ref={list} tabIndex={-1} className="queue-list">
      <Group justify="space-between" gap="xs">
        <Text fw={600} data-testid="queue-counts">
          {counts.open} open
          {counts.proposed.length > 0
            ? ` (${counts.proposed.map(([action, items]) => `${whole(items)} to ${label(action).toLowerCase()}`).join(', ')})`
            : ''}{' '}
          · {counts.done} done
          {counts.reopened > 0
            ? ` · ${whole(counts.reopened)} opened again, to be listed by the next run`
            : ''}
          {counts.atStake
            ? ` · ${figure(counts.atStake, queue.unit)} ${queue.value_label || 'at stake'}`
            : ''}
          {unlisted > 0 ? ` · ${whole(unlisted)} less urgent ones follow` : ''}
        </Text>
        <Group gap="xs" mih={28} flex={1} role="status">
          {last ? <Text size="sm">{last.text}</Text> : null}
          {last && undo?.closedBy ? (
            <Button size="compact-xs" variant="default" onClick={() => takeBack(undo)}>
              Undo
            </Button>
          ) : null}
        </Group>
        <SegmentedControl
          size="xs"
          aria-label="Items shown"
          data={mayDecide ? ['open', 'mine', 'done'] : ['open', 'done']}
          value={view}
          onChange={onShow}
        />
      </Group>
      <HowTo queue={queue} mayDecide={mayDecide} />
      {items.length > PAGE ? (
        <Group gap="xs">
          <TextInput
            size="xs"
            w={260}
            aria-label="Find in this queue"
            placeholder="Find in this queue"
            value={typed}
            onChange={(event) => {
              setTyped(event.currentTarget.value)
              setAt(0)
            }}
          />
          <Text size="sm" className="muted" role="status" aria-label="Items with these words">
            {typed.trim() ? findWords(all.length, ofView.length, unlisted) : ''}
          </Text>
        </Group>
      ) : null}
      {queue.teaches ? <Teaching items={items} /> : null}
      {decide.error ? <Failed error={decide.error} what="The decision" isAction /> : null}
      {opened && !items.some(({ id }) => id === opened) ? (
        <Empty>The item {opened} of this address is not listed here any more.</Empty>
      ) : null}
      {shown.length === 0 ? (
        <Empty>
          {typed.trim() ? (
            <>
              No item here has these words.{' '}
              <Anchor component="button" type="button" inherit onClick={() => setTyped('')}>
                Show all items
              </Anchor>
            </>
          ) : (
            nothingWords(view, unlisted, queue)
          )}
        </Empty>
      ) : (
        <ul className="queue" aria-label="Items">
          {shown.map((item, index) => (
            <Fragment key={item.id}>
              <QueueRow
                item={item}
                queue={queue}
                mayDecide={mayDecide}
                isSelected={item === selected}
                isOpen={opened === item.id}
                onSelect={() => setAt(index)}
                onToggle={() => onOpen(opened === item.id ? '' : item.id)}
                onChoose={(action) => choose(item, action)}
                onDecide={(action, label, more) => record(item, action, label, more)}
                asked={asked?.id === item.id ? asked.action : undefined}
                onAnswer={(note) => {
                  if (note && asked) record(item, asked.action.name, asked.action.label, { note })
                  else setAsking(undefined)
                }}
              />
              {enough?.items === index + 1 ? (
                <EnoughLine queue={queue} enough={enough} open={listed.length} unlisted={unlisted} />
              ) : null}
            </Fragment>
          ))}
        </ul>
      )}
      {all.length > shown.length ? (
        <Button size="compact-sm" variant="default" w="max-content" onClick={() => setMost(most + PAGE)}>
          Show {count(Math.min(PAGE, all.length - shown.length), 'more item')}
        </Button>
      ) : null}
    </Stack>
  )
}

/** Why a view has no items; those that the statement does not list cannot be decided here. */
const nothingWords = (
  view: Shown,
  unlisted: number,
  { nothing, nothingDone }: Pick<QueueShape, 'nothing' | 'nothingDone'>,
): string =>
  view === 'open' && unlisted > 0
    ? `All listed items are decided. ${count(unlisted, 'less urgent one')} ${unlisted === 1 ? 'is' : 'are'} not listed.`
    : ({ open: nothing, done: nothingDone, mine: undefined }[view] ?? NOTHING[view])

/** How many items have the typed words, and how many are not searched. */
const findWords = (matches: number, listed: number, unlisted: number): string =>
  [
    `${whole(matches)} of ${count(listed, 'item')} ${matches === 1 ? 'has' : 'have'} these words.`,
    unlisted > 0
      ? `${count(unlisted, 'less urgent one')} ${unlisted === 1 ? 'is' : 'are'} not searched.`
      : '',
  ]
    .filter(Boolean)
    .join(' ')

/** Whether an item has every typed word in its subject, reason or cells, as they are shown or as codes. */
function isAbout(item: QueueItem, typed: string, units: Units): boolean {
  const cells = item.details.flatMap(({ name, value }) => [
    cellWords(name, value, units[name], typeof value === 'number' ? 'double' : ''),
    String(value ?? ''),
  ])
  const text = [item.subject, reasonOf(item, units), label(item.proposed ?? ''), item.assignee, ...cells]
    .join(' ')
    .toLowerCase()
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

/** The action that was proposed, where another one was taken. */
function againstWords({ actions }: QueueShape, { proposed }: QueueItem, action: string): string {
  const isOther = proposed !== action && action !== REOPEN && !LEAVES_AS_IT_IS.has(action)
  const name = actions.find((each) => each.name === proposed)?.label
  return isOther && name ? ` The proposal was: ${name.toLowerCase()}.` : ''
}

/** When an item is listed again after an action. */
function returnWords({ actions }: QueueShape, { isLeft = false }: QueueItem, action: string): string {
  if (isLeft && action === REOPEN) return ' The next run lists it if it still waits.'
  const days = actions.find(({ name }) => name === action)?.returns_after_days ?? 0
  const at = new Date()
  at.setDate(at.getDate() + days)
  return days > 0 ? ` Back on ${day(at.toISOString())}.` : ''
}

/** The effect of an action, and the time for which the item stays off the list. */
function meaningOf({ meaning, returns_after_days: days = 0 }: Schemas['QueueAction']): string {
  const returns = days > 0 ? `back after ${count(days, 'day')}` : ''
  return [meaning, returns].filter(Boolean).join(', ')
}

/** Keys decide about the item that has the focus: the one that a link opens gets it, else the first one, unless something else on the page has it than the link that opened the queue. */
function focusFirst(list: HTMLElement | null, isOpened: boolean): void {
  const page = list?.closest('main') ?? list
  const active = document.activeElement
  if (!page?.contains(active) || active?.closest('.tabs'))
    list
      ?.querySelector<HTMLElement>('[data-selected=true] .queue-subject')
      ?.focus({ preventScroll: !isOpened })
}

/** Whether a key was pressed on the page of the list, and not in a part of the window around it. */
function isOfPage(target: EventTarget | null, list: HTMLElement | null): boolean {
  const page = list?.closest('main') ?? list
  return target === document.body || (target instanceof Node && (page?.contains(target) ?? false))
}

/** A decided row takes the focus with it: the next row gets it, or the list where none is left. */
function keepFocus(list: HTMLElement | null): void {
  if (document.activeElement !== document.body) return
  const next = list?.querySelector<HTMLElement>('[data-selected=true] .queue-subject') ?? list
  next?.focus({ preventScroll: true })
}

/** In which order the items are listed, and what each key does; folded on a phone, where the items come first. */
function HowTo({ queue, mayDecide }: { queue: QueueShape; mayDecide: boolean }) {
  const isPhone = useMediaQuery(PHONE, undefined, { getInitialValueInEffect: false })
  const words = <HowToWords queue={queue} mayDecide={mayDecide} />
  if (!isPhone) return words
  return (
    <details className="muted">
      <summary>{mayDecide ? 'Their order, and what each action does' : 'Their order'}</summary>
      {words}
    </details>
  )
}

function HowToWords({ queue, mayDecide }: { queue: QueueShape; mayDecide: boolean }) {
  return (
    <Text size="sm" className="muted" data-testid="queue-how-to">
      {queue.order ? `Ordered by ${queue.order}. ` : ''}
      {mayDecide ? (
        <>
          {queue.actions.map((action, place) => (
            <Fragment key={action.name}>
              {place ? ' · ' : ''}
              <Kbd size="xs" className="key-of-action">
                {action.key}
              </Kbd>{' '}
              {action.label}
              {meaningOf(action) ? `: ${meaningOf(action)}` : ''}
            </Fragment>
          ))}
        </>
      ) : null}
      <span className="keys-that-move">
        {mayDecide ? ' · ' : ''}
        <Kbd size="xs">j</Kbd> <Kbd size="xs">k</Kbd> move · <Kbd size="xs">Enter</Kbd> opens
        {mayDecide ? (
          <>
            {' '}
            · <Kbd size="xs">{UNDO}</Kbd> undoes
          </>
        ) : null}{' '}
        · <Kbd size="xs">?</Kbd> all keys
      </span>
    </Text>
  )
}
