import { Modal, Text, TextInput, useComputedColorScheme, useMantineColorScheme } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'

import { useCatalog, useContracts, useSystems } from '../catalog/queries'
import { useDashboards } from '../dashboards/queries'
import { useFiles } from '../files/queries'
import { useQuestions, useResults } from '../query/results'
import { useRuns, useStartRun } from '../lake/queries'
import { useMay } from '../../api/queries'
import { Failed } from '../../components/states'
import { PAGES } from '../../app/pages'
import { recentPages } from './recent-pages'
import {
  firstPlaces,
  hasAllWords,
  isAnId,
  LOOK_IN_ROWS,
  matching,
  MAX_SHOWN,
  type Place,
  places,
  placesOfFiles,
  placesOfItems,
  placesOfMembers,
  placesOfNames,
  placesOfRows,
  runPage,
  START_RUN,
  statementOfNames,
  statementOfRows,
  SWITCH_COLOURS,
} from './search-results'

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
  const [at, setAt] = useState(0)
  const start = useStartRun()
  const { setColorScheme } = useMantineColorScheme()
  const scheme = useComputedColorScheme('light')
  const [asked, setAsked] = useState('')
  const { found, isAsking } = useMatching(typed, asked)
  const chosen = found[Math.min(at, found.length - 1)]
  const note = noteOf(typed, found, isAsking)

  function open(place: Place | undefined): void {
    if (!place) return
    if (place === START_RUN) return start.mutate({ key: crypto.randomUUID() }, { onSuccess: show })
    if (place === LOOK_IN_ROWS) return setAsked(typed.trim())
    onClose()
    if (place === SWITCH_COLOURS) return setColorScheme(scheme === 'dark' ? 'light' : 'dark')
    window.location.assign(place.href)
  }

  function show({ name }: { name: string }): void {
    onClose()
    window.location.assign(runPage(name))
  }

  function press(event: React.KeyboardEvent): void {
    if (event.key === 'ArrowDown') setAt(Math.min(at + 1, found.length - 1))
    else if (event.key === 'ArrowUp') setAt(Math.max(at - 1, 0))
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
          setAt(0)
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
            key={`${place.kind} ${place.title} ${place.href}`}
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
      {start.error ? <Failed error={start.error} what="The new run" isAction /> : null}
      <Text size="xs" className="muted" mt="sm">
        Keys: Ctrl+K search · {PAGES.map(({ key, title }) => `g ${key} ${title}`).join(' · ')}
      </Text>
    </Modal>
  )
}

/** What the results are, where they do not have all of the typed words. */
function noteOf(typed: string, found: Place[], isAsking: boolean): string {
  if (!typed.trim()) return 'Opened before, and what can be asked:'
  if (isAsking) return found.length > 0 ? '' : 'Reading the rows …'
  const places = found.filter((place) => place !== LOOK_IN_ROWS)
  if (places.length === 0) return 'No page, table or question has these words.'
  return places.some((place) => hasAllWords(place, typed))
    ? ''
    : 'Nothing has all of these words; these have some.'
}

/** Rows are looked for from so many letters. */
const LEAST_TYPED = 2

/** The regions, categories and other members that dashboards filter by. Like items and rows, they are read by statements, which cost: those that a page has read are searched at once, all others when a person asks for it. */
function useMembers(isAsked: boolean): Read {
  const boards = useDashboards().data?.dashboards ?? []
  const filters = boards.flatMap((board) =>
    board.filters
      .filter(({ is_from, is_until }) => !is_from && !is_until)
      .map((filter) => ({ board, filter })),
  )
  const statements = [...new Set(filters.map(({ filter }) => filter.values))]
  const answers = useResults(statements, isAsked)
  const all = filters.flatMap(({ board, filter }) =>
    placesOfMembers(
      board,
      filter,
      (answers[statements.indexOf(filter.values)]?.data?.rows ?? []).map(([cell]) => String(cell)),
    ),
  )
  return { all, ...stateOf(answers) }
}

interface Read {
  all: Place[]
  isRead: boolean
  isReading: boolean
}

const stateOf = (answers: { data?: unknown; isError: boolean; isFetching: boolean }[]) => ({
  isRead: answers.every(({ data, isError }) => data !== undefined || isError),
  isReading: answers.some(({ isFetching }) => isFetching),
})

/** The first items of the work queues. */
function useItems(isAsked: boolean): Read {
  const boards = useDashboards().data?.dashboards ?? []
  const queues = boards.flatMap((board) => board.queues)
  const answers = useResults(
    queues.map(({ sql }) => sql),
    isAsked,
  )
  const all = queues.flatMap((queue, place) => {
    const answer = answers[place]?.data
    return answer ? placesOfItems(queue, answer) : []
  })
  return { all, ...stateOf(answers) }
}

/** The rows that have what was typed as their id; those that may have it where the lake cannot be asked. */
function useRows(name: string, isAsked: boolean): Read {
  const tables = useCatalog().data?.tables ?? []
  const statement = name.length >= LEAST_TYPED ? statementOfRows(tables, name) : ''
  const answers = useResults(statement ? [statement] : [], isAsked)
  const answer = answers[0]
  const able = answer ? placesOfRows(tables, name) : []
  const datasets = new Set(answer?.data?.rows.map(([dataset]) => dataset))
  const all = answer?.isError ? able : able.filter(({ dataset }) => datasets.has(dataset))
  return { all, ...stateOf(answers) }
}

/** The rows whose names have the typed words. */
function useNames(typed: string, isAsked: boolean): Read {
  const tables = useCatalog().data?.tables ?? []
  const statement = typed.length >= LEAST_TYPED ? statementOfNames(tables, typed) : ''
  const answers = useResults(statement ? [statement] : [], isAsked)
  const answer = answers[0]?.data
  return { all: answer ? placesOfNames(answer) : [], ...stateOf(answers) }
}

/** What fits the typed words. `asked` is the text for which a person had the lake's rows read. */
function useMatching(typed: string, asked: string): { found: Place[]; isAsking: boolean } {
  const [name] = useDebouncedValue(typed.trim(), 200)
  const contracts = useContracts().data?.contracts ?? []
  const systems = useSystems().data?.systems ?? []
  const questions = useQuestions().data?.questions ?? []
  const boards = useDashboards().data?.dashboards ?? []
  const runs = useRuns().data?.runs ?? []
  const files = useFiles(name ? { name } : {}).data?.pages[0]?.files ?? []
  const mayRun = useMay('operator')
  const tables = useCatalog().data?.tables ?? []
  const every = places({ contracts, systems, questions, boards, runs, tables, mayRun })
  const isAsked = asked !== '' && asked === typed.trim()
  // The id that a person has finished typing costs one small statement, and needs no further choice.
  const isId = isAnId(name) && name === typed.trim()
  const [members, items] = [useMembers(isAsked), useItems(isAsked)]
  const rows = useRows(typed.trim(), isAsked || isId)
  const names = useNames(typed.trim(), isAsked)
  const read = [members, items, rows, names]
  const hasEnough = typed.trim().length >= LEAST_TYPED
  const found = typed.trim()
    ? [
        ...rows.all,
        ...names.all,
        ...matching([...every, ...(hasEnough ? [...members.all, ...items.all] : [])], typed),
        ...matching(placesOfFiles(files), typed),
      ].slice(0, MAX_SHOWN)
    : firstPlaces(recentPages(), boards, every)
  const isComplete = isAsked || read.every(({ isRead }) => isRead)
  return {
    found: hasEnough && !isComplete ? [...found, LOOK_IN_ROWS] : found,
    isAsking: (isAsked && read.some(({ isReading }) => isReading)) || (isId && rows.isReading),
  }
}
