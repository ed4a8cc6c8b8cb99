import {
  Anchor,
  Button,
  Group,
  Modal,
  Text,
  TextInput,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core'
import { useState } from 'react'

import { useFocusBack } from '../../components/use-focus-back'
import { count } from '../../api/format'
import { useMay } from '../../api/queries'
import { heading } from '../../formats/words'
import { useStartRun } from '../lake/queries'
import { Failed } from '../../components/states'
import { PAGES } from '../../app/pages'
import { hasAllWords, LOOK_IN_ROWS, runPage, START_RUN, SWITCH_COLOURS } from './search-results'
import type { Place } from './pages-and-answers'
import type { PendingRows } from './pending-rows'
import { useMatching } from './use-matching'

interface Props {
  /** What was typed, also before the dialog was there. */
  typed: string
  onType: (typed: string) => void
  /** The field takes the keys from now on. */
  onFocus: () => void
  onClose: () => void
}

/** Finds pages and actions by their words: files, datasets, tables, runs, questions, queues, and rows by their ids. */
export default function SearchDialog({ typed, onType, onFocus, onClose }: Props) {
  useFocusBack()
  const [picked, setPicked] = useState('')
  const start = useStartRun()
  const { setColorScheme } = useMantineColorScheme()
  const scheme = useComputedColorScheme('light')
  const [asked, setAsked] = useState('')
  const { found, isAsking, isFailed, pending } = useMatching(typed, asked)
  const [areAllShown, showAll] = useState(false)
  const shown = areAllShown ? pending : pending.slice(0, MOST_PENDING)
  const mayRun = useMay('operator')
  // A choice stays where it is when further results come in before it.
  const at = Math.max(
    found.findIndex((place) => keyOf(place) === picked),
    0,
  )
  const chosen = found[at]
  const note = noteOf(typed, found, isAsking, isFailed)

  function open(place: Place | undefined): void {
    if (!place) return
    if (place === START_RUN) return start.mutate({ key: crypto.randomUUID() }, { onSuccess: show })
    if (place === LOOK_IN_ROWS) {
      setPicked('')
      return setAsked(typed.trim())
    }
    if (place.says) return setPicked(keyOf(place))
    onClose()
    if (place === SWITCH_COLOURS) return setColorScheme(scheme === 'dark' ? 'light' : 'dark')
    window.location.assign(place.href)
  }

  function show({ name }: { name: string }): void {
    onClose()
    window.location.assign(runPage(name))
  }

  function press(event: React.KeyboardEvent): void {
    const to = event.key === 'ArrowDown' ? at + 1 : event.key === 'ArrowUp' ? at - 1 : undefined
    if (to !== undefined) setPicked(keyOf(found[Math.min(Math.max(to, 0), found.length - 1)]))
    else if (event.key === 'Enter') open(chosen)
    else return
    event.preventDefault()
  }

  return (
    <Modal opened onClose={onClose} title="Search" size="lg" yOffset="10vh">
      <TextInput
        data-autofocus
        aria-label="Search files, datasets, tables, runs, questions and ids"
        placeholder="File, dataset, table, run, question, action, id …"
        role="combobox"
        aria-expanded={found.length > 0}
        aria-controls="search-results"
        aria-activedescendant={chosen ? `search-${found.indexOf(chosen)}` : undefined}
        value={typed}
        onChange={(event) => {
          onType(event.currentTarget.value)
          setPicked('')
        }}
        onFocus={onFocus}
        onKeyDown={press}
      />
      {note ? (
        <Text size="sm" className="muted" role="status" mt="xs">
          {note}
        </Text>
      ) : null}
      <ul id="search-results" role="listbox" aria-label="Results" className="search-results">
        {found.map((place, index) => (
          <li
            key={keyOf(place)}
            id={`search-${index}`}
            role="option"
            aria-selected={place === chosen}
            className="search-result"
            // The focus stays in the field, so that Enter opens what a click has looked for.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => open(place)}
          >
            <Text size="sm" span className="any-text">
              {place.title}
            </Text>
            <Text size="xs" span className="muted">
              {place.kind}
            </Text>
          </li>
        ))}
      </ul>
      {chosen?.says ? (
        <Text size="sm" aria-live="polite" mt="xs" className="any-text">
          {chosen.says.replaceAll('`', '')}
        </Text>
      ) : null}
      {pending.length > 0 ? (
        <Group gap="sm" mt="sm">
          <Text size="sm" aria-live="polite">
            {shown.map(rowsOf).join(', ')}
            {pending.length > shown.length ? (
              <>
                {' '}
                and{' '}
                <Anchor component="button" type="button" inherit onClick={() => showAll(true)}>
                  {count(pending.length - shown.length, 'more dataset')}
                </Anchor>
              </>
            ) : null}{' '}
            can be looked up after the next run.
          </Text>
          {mayRun ? (
            <Button
              size="compact-sm"
              variant="default"
              loading={start.isPending}
              onClick={() => start.mutate({ key: crypto.randomUUID() }, { onSuccess: show })}
            >
              Start the run
            </Button>
          ) : null}
        </Group>
      ) : null}
      {start.error ? <Failed error={start.error} what="The new run" isAction /> : null}
      <Text size="xs" className="muted" mt="sm">
        Keys: Ctrl+K search · {PAGES.map(({ key, title }) => `g ${key} ${title}`).join(' · ')}
      </Text>
    </Modal>
  )
}

const keyOf = (place: Place | undefined): string =>
  place ? `${place.kind} ${place.title} ${place.href}` : ''

/** Rows that no search has yet. */
const rowsOf = ({ dataset, rows }: PendingRows): string => `${count(rows, 'row')} of ${heading(dataset)}`

const MOST_PENDING = 3

const FAILED = 'The rows of the lake could not be read just now, so one of them may have these words.'

/** What the results are, where they do not have all of the typed words. */
function noteOf(typed: string, found: Place[], isAsking: boolean, isFailed: boolean): string {
  if (!typed.trim()) return 'Opened before, and what can be asked:'
  if (isAsking) return found.length > 0 ? 'Still reading the rows …' : 'Reading the rows …'
  const places = found.filter((place) => place !== LOOK_IN_ROWS)
  if (places.some((place) => hasAllWords(place, typed))) return ''
  if (isFailed) return `${FAILED} ${places.length > 0 ? 'These pages have some of the words.' : ''}`.trim()
  return places.length > 0
    ? 'Nothing has all of these words; these have some.'
    : 'No page, table or question has these words.'
}
