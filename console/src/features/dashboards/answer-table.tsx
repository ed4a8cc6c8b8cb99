import { Button, Text } from '@mantine/core'
import { useMemo, useState } from 'react'

import { type Cell, count, currencyOf, isName, isNumeric, whole } from '../../api/format'
import type { Result } from '../query/results'
import { Grid } from '../../components/grid'
import { leastOf, PHONE_LINES } from '../../components/grid-columns'
import { ROW_PX } from '../../components/row-window'
import { Story } from '../../components/story'
import { tableOfObject } from '../../formats/addresses'
import {
  type ColumnFormat,
  columnFormats,
  headingWithUnit,
  unitOfHeading,
  type Labels,
  type Units,
  useAnswerLabels,
} from '../../formats/columns'
import { answerRows, isShown, rowCount } from '../../formats/template'
import { DatasetRowLink } from '../catalog/dataset-row-link'
import { useCatalog } from '../catalog/queries'
import { datasetRowAddress } from '../catalog/row-query'
import { exactFormat, exactPlacesOf, panelFormat, panelPlacesOf } from '../query/answer-numbers'
import { useStatementFormats, withRowLinks } from '../query/statement-formats'
import { unfolded } from './folded-rows'
import { titledColumns } from './titled-columns'

type Column = Result['columns'][number]

interface Props {
  answer: Result
  units: Units
  /** The table whose contract heads the columns. */
  table: string
  label: string
  height: number
  /** Columns that stay in sight where the table is narrow, as its dashboard names them. */
  keeps?: string[]
  /** The title in words with `{column}` for its cells, whose columns stay before others. */
  inWords?: string
  /** Whether numbers have all of their digits, as rows that are added up need. */
  isExact?: boolean
  /** Whether a person wrote the statement, whose answer is read as on the page Query. */
  isOfPerson?: boolean
}

/** Columns from the first that name a row, without ranks and measures. */
const NAMING = 2
/** The room that two narrow columns leave on a phone. */
const MEASURE_PX = 90
/** The room of a table on a phone, and of a text of a word or two in it. */
const PHONE_PX = 312
const TEXT_PX = 110
const SAMPLED_ROWS = 100
/** Lines that the heading of a narrow column may take. */
const LINES_OF_HEADING = 4
/** Digits of a computed number: further ones are noise of the division. */
const MOST_DIGITS = 7

const isRank = ({ name }: { name: string }, unit: string): boolean =>
  unit === 'rank' || /(^|_)rank$/.test(name)

/**
 * Which columns stay where the table is narrow: those that its dashboard names, then those of its title. Where it names none, 1 for the first name and the deciding measure, which is that of the title, else money before
 * counts, for a second name where there is room, and for further amounts, such as bounds, while a phone has room; then
 * other names and amounts; a rank and the rest leave first.
 */
export function prioritiesOf(
  columns: Result['columns'],
  formats: Pick<ColumnFormat, 'heading' | 'text'>[],
  rows: Cell[][],
  units: Units,
  keeps: string[] = [],
  titled: string[] = [],
): (1 | 2 | 3)[] {
  if (keeps.length > 0)
    return columns.map(({ name }) => (keeps.includes(name) ? 1 : titled.includes(name) ? 2 : 3))
  const unitOf = ({ name }: { name: string }): string => units[name] ?? ''
  const others = columns.filter((column) => !isRank(column, unitOf(column)))
  const measures = others.filter(({ name, type }) => isNumeric(type) && !isName(name))
  const ofTitle = titled.flatMap((name) => others.find((column) => column.name === name) ?? [])
  const deciding =
    ofTitle.find((column) => measures.includes(column)) ??
    measures.find((column) => currencyOf(unitOf(column))) ??
    measures[0]
  const first = others.slice(0, NAMING)
  const name =
    first.find((column) => !measures.includes(column)) ?? others.find((column) => !measures.includes(column))
  const widthOf = (column: Column): number => {
    const at = columns.indexOf(column)
    const texts = rows.slice(0, SAMPLED_ROWS).map((row) => formats[at]?.text(row[at] ?? null) ?? '')
    return leastOf(formats[at]?.heading ?? '', texts, false, { lines: PHONE_LINES })
  }
  const hasRoom = !deciding || widthOf(deciding) <= MEASURE_PX
  const names = [...ofTitle, ...first].filter((column) => column !== name && !measures.includes(column))
  const second = hasRoom ? names.slice(0, NAMING - 1) : []
  let room = PHONE_PX - (deciding ? widthOf(deciding) : 0)
  for (const text of [name, ...second]) room -= text ? Math.min(TEXT_PX, widthOf(text)) : 0
  const further = [...new Set([...ofTitle.filter((column) => measures.includes(column)), ...measures])]
  const fitting = further.filter((column) => {
    const isNamed = ofTitle.includes(column) || Boolean(currencyOf(unitOf(column)))
    const isNext = column !== deciding && isNamed && widthOf(column) <= room
    if (isNext) room -= widthOf(column)
    return isNext
  })
  return columns.map((column) => {
    if (column === name || column === deciding) return 1
    if (second.includes(column) || fitting.includes(column)) return 1
    return [...first, ...ofTitle].includes(column) || currencyOf(unitOf(column)) ? 2 : 3
  })
}

/** The rows of an answer. The columns that decide stay in view; a row opens all that it has; rows that need no action are folded. */
export function AnswerTable({
  answer: asked,
  units,
  table,
  label,
  height,
  keeps,
  inWords,
  isExact = false,
  isOfPerson = false,
}: Props) {
  const [opened, setOpened] = useState<number>()
  const labels = useAnswerLabels(table, asked.columns)
  const tables = useCatalog().data?.tables
  const [hasAll, setHasAll] = useState(false)
  const acted = useMemo(() => unfolded(asked), [asked])
  const answer = hasAll ? asked : acted.answer
  const shown = useMemo(() => shownColumns(answer), [answer])
  const ofPerson = useStatementFormats(shown.columns, shown.rows, units, labels)
  const formats = useMemo(() => {
    const all = isOfPerson ? ofPerson : panelFormats(shown, units, labels, isExact)
    const headings = all.map(({ heading }) => heading)
    const titled = titledColumns(shown.columns, headings, label, inWords)
    const priorities = prioritiesOf(shown.columns, all, shown.rows, units, keeps, titled)
    const linked = withRowLinks(
      all,
      shown.columns,
      tables ?? [],
      (index, place) => shown.rows[index]?.[place],
      table,
    )
    const first = shown.rows[0]?.[0] ?? null
    return all.map((format, place): ColumnFormat => {
      const column = shown.columns[place]?.name ?? ''
      const heading = headingWithUnit(format.heading, unitOfHeading(units[column]))
      // The first column of the lake's own panels opens the row, which has its link; of a person's answer it is as on the page Query.
      const isLinked = place > 0 || (isOfPerson && datasetRowAddress(tables ?? [], column, first))
      return { ...((isLinked && linked[place]) || format), heading, priority: priorities[place] ?? 3 }
    })
  }, [shown, units, labels, keeps, label, inWords, tables, table, isExact, isOfPerson, ofPerson])
  const row = opened === undefined ? undefined : shown.rows[opened]
  return (
    <>
      {acted.words && shown.rows.length === 0 ? null : (
        <Grid
          columns={shown.columns}
          rows={{ length: shown.rows.length, at: (index) => shown.rows[index] }}
          height={roomOf(shown.rows.length, height)}
          label={label}
          formats={formats}
          onOpen={setOpened}
          wraps="always"
        />
      )}
      <MoreRows answer={answer} height={height} />
      {acted.words ? (
        <Button
          size="compact-xs"
          variant="default"
          mt={4}
          h="auto"
          py={4}
          maw="100%"
          styles={{ label: { whiteSpace: 'normal', textAlign: 'left' } }}
          aria-expanded={hasAll}
          onClick={() => {
            setOpened(undefined)
            setHasAll(!hasAll)
          }}
        >
          {hasAll ? 'Show the rows with an action alone' : `Show ${acted.words}`}
        </Button>
      ) : null}
      {row ? (
        <Story
          title={label}
          facts={formats.map((format, place) =>
            factOf(table, shown.columns[place]?.name ?? '', format, row[place] ?? null),
          )}
          onClose={() => setOpened(undefined)}
        />
      ) : null}
    </>
  )
}

/** The columns of a panel of the lake. */
function panelFormats(
  { columns, rows }: Pick<Result, 'columns' | 'rows'>,
  units: Units,
  labels: Labels,
  isExact: boolean,
): ColumnFormat[] {
  const places = (isExact ? exactPlacesOf : panelPlacesOf)(columns, rows, units)
  const inPlaces = isExact ? exactFormat : panelFormat
  return columnFormats(columns, units, labels).map((format, place) =>
    inPlaces(format, columns[place], units, places[place]),
  )
}

/** Whether rows with a heading of one line are higher than a height. */
const isHigherThan = (rows: number, height: number): boolean => (rows + 1) * ROW_PX > height

/** The most height of a table: rows that fit below a heading of one line fit below one of several as well. */
export const roomOf = (rows: number, height: number): number =>
  isHigherThan(rows, height) ? height : height + (LINES_OF_HEADING - 1) * ROW_PX

/** How many rows there are, where not all are in view. */
export function MoreRows({ answer, height }: { answer: Result; height: number }) {
  const [listed, all] = [answer.rows.length, rowCount(answerRows(answer))]
  const isHigher = isHigherThan(listed, height)
  if (all <= listed && !isHigher) return null
  const rows = all > listed ? `The first ${whole(listed)} of ${count(all, 'row')}` : count(listed, 'row')
  return (
    <Text size="xs" className="muted" mt={4}>
      {rows}
      {isHigher ? '; scroll the table for those below' : ''}
    </Text>
  )
}

/** The value with its digits; of a share or probability nobody needs more than its words. */
export const exactText = (value: NonNullable<Cell>, text: string): string =>
  typeof value === 'number' && !Number.isInteger(value)
    ? text.endsWith('%')
      ? text
      : String(Number(value.toPrecision(MOST_DIGITS)))
    : String(value)

/** Whether a text differs from its number by separators, zeros and the sign of a currency alone. */
export const isSameNumber = (text: string, value: NonNullable<Cell>): boolean =>
  /\d/.test(text) && Number(text.replace(/[^\d.-]/g, '')) === Number(value)

function factOf(table: string, column: string, format: ColumnFormat, value: Cell) {
  if (value === null) return { name: format.heading, text: '–' }
  const [text, exact] = [format.text(value), exactText(value, format.text(value))]
  return {
    name: format.heading,
    text: <DatasetRowLink table={table} column={column} value={value} text={text} />,
    // The whole path of an object is folded below the name of its table.
    exact: exact === text || isSameNumber(text, value) || tableOfObject(String(value)) ? '' : exact,
  }
}

/** An answer without columns that only count or fill a title, and without columns that have no value in any of its rows. */
export function shownColumns({ columns, rows }: Pick<Result, 'columns' | 'rows'>): {
  columns: Result['columns']
  rows: Cell[][]
} {
  const isKept = columns.map(
    ({ name }, place) =>
      isShown(name) && (rows.length === 0 || rows.some((row) => (row[place] ?? null) !== null)),
  )
  return {
    columns: columns.filter((_, place) => isKept[place]),
    rows: rows.map((row) => row.filter((_, place) => isKept[place])),
  }
}
