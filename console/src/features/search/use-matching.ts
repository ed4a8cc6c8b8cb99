import { useDebouncedValue } from '@mantine/hooks'

import type { Schemas } from '../../api/client'
import { useCatalog, useContents } from '../catalog/queries'
import { useDashboards } from '../dashboards/queries'
import { useFiles } from '../files/queries'
import { useRuns } from '../lake/queries'
import { useResults } from '../query/results'
import { type PendingRows, pendingRows } from './pending-rows'
import type { Place } from './pages-and-answers'
import { recentPages } from './recent-pages'
import {
  firstPlaces,
  idIn,
  LOOK_IN_ROWS,
  matching,
  mayBeName,
  mayNameMember,
  MAX_SHOWN,
  placesOfFiles,
  placesOfItems,
  placesOfMembers,
  placesOfNames,
  placesOfRows,
  statementOfNames,
  statementOfRows,
} from './search-results'
import { usePlaces } from './use-places'

/** After such a pause an id is typed. Its statement reads the key of every dataset that may have it, which costs. */
const ID_PAUSE_MS = 600

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
  isFailed: boolean
}

const stateOf = (answers: { data?: unknown; isError: boolean; isFetching: boolean }[]) => ({
  isRead: answers.every(({ data, isError }) => data !== undefined || isError),
  isReading: answers.some(({ isFetching }) => isFetching),
  isFailed: answers.some(({ isError }) => isError),
})

/** The datasets and tables with rows: one statement reads several, and fails where one of them is not made yet. */
function useTablesWithRows(): Schemas['CatalogTable'][] {
  const contents = useContents().data?.tables ?? []
  const filled = new Set(
    contents.filter(({ rows }) => rows > 0).map(({ name, system }) => `${system} ${name}`),
  )
  const tables = useCatalog().data?.tables ?? []
  return tables.filter(({ name, system }) => filled.has(`${system} ${name}`))
}

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

/** The rows that have what was typed as their id, with the words typed beside it; none where the lake cannot be asked. */
function useRows(tables: Schemas['CatalogTable'][], name: string, beside: string[], isAsked: boolean): Read {
  const statement = name.length >= LEAST_TYPED ? statementOfRows(tables, name) : ''
  const answers = useResults(statement ? [statement] : [], isAsked)
  const answer = answers[0]
  const able = answer ? placesOfRows(tables, name, beside) : []
  const datasets = new Set(answer?.data?.rows.map(([dataset]) => dataset))
  return { all: able.filter(({ dataset }) => datasets.has(dataset)), ...stateOf(answers) }
}

/** The rows whose names have the typed words. */
function useNames(tables: Schemas['CatalogTable'][], typed: string, isAsked: boolean): Read {
  const statement = typed.length >= LEAST_TYPED ? statementOfNames(tables, typed) : ''
  const answers = useResults(statement ? [statement] : [], isAsked)
  const answer = answers[0]?.data
  return { all: answer ? placesOfNames(answer) : [], ...stateOf(answers) }
}

const NO_FILES: Schemas['FileSummary'][] = []

interface Matching {
  found: Place[]
  isAsking: boolean
  /** Rows, regions or queues could not be read, so nothing says that they do not have the words. */
  isFailed: boolean
  /** Rows that no search has before the next run, where what was typed may be in one of them. */
  pending: PendingRows[]
}

/** What fits the typed words. `asked` is the text for which a person had the lake's rows read. */
export function useMatching(typed: string, asked: string): Matching {
  const trimmed = typed.trim()
  const [name] = useDebouncedValue(trimmed, 200)
  const boards = useDashboards().data?.dashboards ?? []
  const runs = useRuns().data?.runs ?? []
  const files = placesOfFiles(useFiles(name ? { name } : {}).data?.pages[0]?.files ?? [])
  const every = usePlaces()
  const isAsked = asked !== '' && asked === trimmed
  const [rested] = useDebouncedValue(trimmed, ID_PAUSE_MS)
  const isAtRest = rested === trimmed
  const id = idIn(trimmed)
  const beside = trimmed.split(/\s+/).filter((word) => word !== id)
  const isId = id !== '' && isAtRest
  // The members of filters are few: "sales germany" is a dashboard under one of them.
  const isOfOther = mayNameMember([...every, ...files], trimmed)
  const isOfMember = isAtRest && isOfOther
  // Several words that no page has may be the name of a row, such as an article.
  const isOfName = isOfMember && /\s/.test(trimmed) && mayBeName(trimmed)
  const [members, items] = [useMembers(isAsked || isOfMember), useItems(isAsked)]
  const filled = useTablesWithRows()
  const rows = useRows(filled, id || trimmed, id ? beside : [], isAsked || isId)
  const names = useNames(filled, trimmed, isAsked || isOfName)
  const read = [members, items, rows, names]
  const hasEnough = trimmed.length >= LEAST_TYPED
  const found = trimmed
    ? [
        ...rows.all,
        ...names.all,
        // Files among them, so that words that are spelt alike are for what nothing has.
        ...matching([...every, ...(hasEnough ? [...members.all, ...items.all] : []), ...files], typed),
      ].slice(0, MAX_SHOWN)
    : firstPlaces(recentPages(), boards, every)
  const newest = useFiles({}).data?.pages[0]?.files ?? NO_FILES
  const isLookedFor = isAsked || isId || isOfName
  const mayBeInRows =
    isLookedFor &&
    !read.some(({ isReading, isFailed }) => isReading || isFailed) &&
    rows.all.length + names.all.length === 0
  const isComplete = isAsked || read.every(({ isRead }) => isRead)
  return {
    found: hasEnough && !isComplete ? [...found, LOOK_IN_ROWS] : found,
    isAsking:
      (isAsked && read.some(({ isReading }) => isReading)) ||
      // The pause before an id or a name is looked for is a part of looking for it.
      ((id !== '' || isOfOther) && !isAtRest) ||
      (isId && rows.isReading) ||
      (isOfMember && members.isReading) ||
      (isOfName && names.isReading),
    isFailed: read.some(({ isFailed }) => isFailed),
    pending: mayBeInRows ? pendingRows(newest, runs) : [],
  }
}
