import { Anchor, Group, Stack } from '@mantine/core'
import { useMemo } from 'react'
import { useParams } from 'react-router'

import { tableAddress } from '../../formats/addresses'
import type { Schemas } from '../../api/client'
import { figureInFull, isNumeric, unitWord, whole } from '../../api/format'
import { useMay } from '../../api/queries'
import { NothingPage, useNothingHere } from '../../components/nothing-here'
import { PageTitle, Panel } from '../../components/panel'
import { Answered, Empty } from '../../components/states'
import { columnFormats, type Units, useLabels, useUnits } from '../../formats/columns'
import { queryAddress } from '../../formats/sql'
import { answerRows, rowCount } from '../../formats/template'
import { heading } from '../../formats/words'
import { AnswerTable } from '../dashboards/answer-table'
import { useDashboards } from '../dashboards/queries'
import { TrustLine, trustOf } from '../dashboards/trust-line'
import { unitsOfPanels } from '../dashboards/panel-units'
import { exactFormat, exactPlacesOf } from '../query/answer-numbers'
import { type Result, useResult } from '../query/results'
import {
  amountName,
  amountUnit,
  amountWords,
  type Child,
  childrenOf,
  childStatement,
  keptOf,
  literal,
  onlyKey,
  rowStatement,
  tablesAbout,
  withoutRepeated,
} from './belonging'
import { Evidence } from '../work/evidence'
import { DatasetRowLink } from './dataset-row-link'
import { useCatalog, useContract } from './queries'
import { readFormat } from './read-format'
import { RowOrigin } from './row-origin'
import { RowVersions } from './row-versions'
import { StepsAbout } from './steps-about'

/** The most height of a table; a shorter one takes what its rows and its heading of several lines need. */
const MOST_PX = 440

/** The height of the months of a year and some more, so that none of them is below an edge. */
const MOST_OF_A_YEAR_PX = 540

type Table = Schemas['CatalogTable']

/** One row of a dataset and the rows that belong to it: an order with its lines, a customer with all orders. */
export function RowPage() {
  const { dataset = '', key: value = '' } = useParams()
  const catalog = useCatalog()
  const table = catalog.data?.tables.find(({ name, system }) => name === dataset && system === '')
  const key = table && onlyKey(table)
  return (
    <Stack gap="md">
      {catalog.data ? null : (
        <PageTitle>
          {heading(dataset)} {value}
        </PageTitle>
      )}
      <Answered of={catalog} what="the datasets">
        {({ tables }) =>
          table && key ? (
            <Row tables={tables} table={table} keyColumn={key} value={value} />
          ) : (
            <NothingPage what="dataset" name={dataset} />
          )
        }
      </Answered>
    </Stack>
  )
}

function NoRow({ dataset }: { dataset: string }) {
  useNothingHere()
  return (
    <Empty>
      The dataset {heading(dataset).toLowerCase()} has no row with this id, as of the newest run.{' '}
      <Anchor href={`#/datasets/${encodeURIComponent(dataset)}`}>Open the dataset</Anchor>
    </Empty>
  )
}

interface RowProps {
  tables: Table[]
  table: Table
  keyColumn: Schemas['ContractColumn']
  value: string
}

function Row({ tables, table, keyColumn, value }: RowProps) {
  const seesPeople = useMay('personal-data')
  const isPossible = literal(keyColumn, value) !== undefined
  const sql = isPossible ? rowStatement(table, keyColumn, value, seesPeople) : ''
  const answer = useResult(sql)
  const name = answer.data ? nameOf(answer.data, keyColumn.name) : ''
  const nothing = <NoRow dataset={table.name} />
  return (
    <>
      <PageTitle>
        {name ? `${name} · ` : ''}
        {heading(keyColumn.name)} {value}
      </PageTitle>
      <Group gap="sm">
        <Anchor size="sm" href={`#/datasets/${encodeURIComponent(table.name)}`}>
          The dataset {heading(table.name)}
        </Anchor>
        {sql ? (
          <Anchor size="sm" href={queryAddress(sql)}>
            Ask about this row in SQL
          </Anchor>
        ) : null}
      </Group>
      {isPossible ? (
        <Answered of={answer} what="the row">
          {(rows) =>
            rows.rows.length === 0 ? (
              nothing
            ) : (
              <>
                <Facts table={table.name} rows={rows} leftOut={keyColumn.name} />
                <RowOrigin dataset={table.name} rows={rows} />
                <RowVersions dataset={table.name} value={value} />
                <StepsAbout tables={tablesAbout(tables, keyColumn.name)} value={value} />
                <div className="board halves">
                  {tablesAbout(tables, keyColumn.name).map((about) => (
                    <AboutIt key={about.name} table={about} keyColumn={keyColumn} value={value} />
                  ))}
                </div>
                <Declared dataset={table.name} value={value} />
                {childrenOf(tables, table).map((child) => (
                  <Belonging
                    key={`${child.table.name}.${child.column.name}`}
                    tables={tables}
                    child={child}
                    value={value}
                    parent={rows}
                    seesPeople={seesPeople}
                  />
                ))}
              </>
            )
          }
        </Answered>
      ) : (
        nothing
      )}
    </>
  )
}

/** The name of what a row is about, beside its id: that of its key, such as the name of a product. A bare title may be that of a person, such as Mrs. */
export function nameOf({ columns, rows }: Pick<Result, 'columns' | 'rows'>, key: string): string {
  const stem = key.replace(/_(id|code|number|no)$/, '')
  for (const name of [`${stem}_name`, `${stem}_title`, 'full_name', 'name']) {
    const value = rows[0]?.[columns.findIndex((column) => column.name === name)]
    if (typeof value === 'string' && value) return value
  }
  return ''
}

/** What dashboards declare to be shown of a row of this dataset, such as what it is about over time. */
function Declared({ dataset, value }: { dataset: string; value: string }) {
  const boards = useDashboards().data?.dashboards ?? NO_BOARDS
  return boards
    .flatMap(({ row_pages }) => row_pages)
    .filter((part) => part.dataset === dataset)
    .map((part) => <Evidence key={part.title} evidence={part} itemId={value} height={MOST_OF_A_YEAR_PX} />)
}

interface FactsProps {
  table: string
  rows: Result
  leftOut: string
  /** Units that a dashboard states beside those of the contract. */
  units?: Units
  /** Whether a system computed the values: numbers with more decimals than a table needs are rounded. */
  areComputed?: boolean
}

/** The values of a row in words, stored numbers with all of their digits; those that name another row are links to it. */
export function Facts({ table, rows, leftOut, units: stated, areComputed = false }: FactsProps) {
  const units = useUnits(table, stated)
  const places = exactPlacesOf(rows.columns, rows.rows, units)
  const formats = columnFormats(rows.columns, units, useLabels(table)).map((format, place) =>
    areComputed
      ? readFormat(format, rows.columns[place], units, places[place])
      : exactFormat(format, rows.columns[place], units),
  )
  const row = rows.rows[0] ?? []
  const facts = rows.columns.map(({ name }, place) => ({ name, place, value: row[place] ?? null }))
  return (
    <dl className="facts">
      {facts
        .filter(({ name, value }) => value !== null && name !== leftOut && !name.startsWith('_'))
        .map((fact) => (
          <div key={fact.name}>
            <dt className="muted">{formats[fact.place]?.heading}</dt>
            <dd>
              <DatasetRowLink
                table={table}
                column={fact.name}
                value={fact.value}
                text={formats[fact.place]?.text(fact.value) ?? ''}
              />{' '}
              {isNumeric(rows.columns[fact.place]?.type ?? '')
                ? unitWord(fact.value, units[fact.name] ?? '')
                : ''}
            </dd>
          </div>
        ))}
    </dl>
  )
}

interface BelongingProps {
  tables: Table[]
  child: Child
  value: string
  /** The row that they belong to. */
  parent: Result
  seesPeople: boolean
}

/** The rows of another dataset that belong to the row. */
function Belonging({ tables, child, value, parent, seesPeople }: BelongingProps) {
  const { table } = child
  const answer = useResult(childStatement(tables, child, value, seesPeople))
  const unit = amountUnit(tables, table)
  const units = useUnits(table.name, unit ? { [amountName(tables, table)]: unit } : {})
  const keeps = useMemo(() => keptOf(tables, child), [tables, child])
  const rows = answer.data
  const title = rows ? childTitle(table, rows, unit, amountWords(tables, table)) : heading(table.name)
  return (
    <Panel title={title} name={heading(table.name)}>
      <Answered of={answer} what="the rows that belong to it">
        {(found) =>
          found.rows.length === 0 ? null : (
            <AnswerTable
              answer={withoutRepeated(found, parent)}
              units={units}
              table={table.name}
              label={heading(table.name)}
              height={MOST_PX}
              keeps={keeps}
              isExact
            />
          )
        }
      </Answered>
    </Panel>
  )
}

/** The number of rows and their sum, with the rows whose money it is: "Order items: 3" with their amounts. */
export function childTitle(table: Pick<Table, 'name'>, rows: Result, unit: string, from = ''): string {
  const answer = answerRows(rows)
  const of = (name: string) => rows.rows[0]?.[answer.columns.indexOf(name)] ?? null
  if (rows.rows.length === 0) return `${heading(table.name)}: none`
  const [amount, below] = [of('title_amount'), of('title_below_zero')]
  return [
    `${heading(table.name)}: ${whole(rowCount(answer))}`,
    ...(amount === null ? [] : [`${figureInFull(amount, unit)}${from} in all`]),
    ...(below === null || Number(below) === Number(amount)
      ? []
      : [`of which ${whole(Number(of('title_rows_below_zero')))} below zero (${figureInFull(below, unit)})`]),
  ].join(', ')
}

interface AboutProps {
  table: Table
  keyColumn: Schemas['ContractColumn']
  value: string
}

/** The first of what a system's table says about the same thing, such as its risk; the table's page has the rest. */
export function AboutIt({ table, keyColumn, value }: AboutProps) {
  const answer = useResult(rowStatement(table, keyColumn, value, false))
  const first = useContract('prod', table.name).data?.first_columns
  const boards = useDashboards().data?.dashboards ?? NO_BOARDS
  const condition = encodeURIComponent(`${keyColumn.name}:eq:${value}`)
  const page = `${tableAddress(table.system, table.name)}?filter=${condition}`
  const rows = answer.data && first ? firstOf(answer.data, first) : undefined
  const trust = trustOf(boards, [table.name])
  if (answer.data?.rows.length === 0) return null
  return (
    <Panel title={heading(table.name)}>
      <Answered of={answer} what="the row">
        {() =>
          rows ? (
            <Facts
              table={table.name}
              rows={rows}
              leftOut={keyColumn.name}
              units={unitsOfPanels(boards, table.name)}
              areComputed
            />
          ) : null
        }
      </Answered>
      {trust ? <TrustLine {...trust} /> : null}
      <Anchor size="sm" href={page}>
        Everything in {heading(table.name)} about it
      </Anchor>
    </Panel>
  )
}

/** An answer with the columns that its contract names first, in their order. */
export function firstOf({ columns, rows, ...rest }: Result, first: readonly string[]): Result {
  const places = first
    .map((name) => columns.findIndex((column) => column.name === name))
    .filter((place) => place >= 0)
    .slice(0, MOST_FIRST)
  return {
    ...rest,
    columns: places.flatMap((place) => columns[place] ?? []),
    rows: rows.map((row) => places.map((place) => row[place] ?? null)),
  }
}

const NO_BOARDS: Schemas['Dashboard'][] = []
const MOST_FIRST = 9
