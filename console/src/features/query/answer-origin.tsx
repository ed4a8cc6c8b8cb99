import { Anchor, Text, Title } from '@mantine/core'
import { Fragment } from 'react'

import { isList } from '../dashboards/event-table'
import { pageAddress } from '../../formats/addresses'
import type { Schemas } from '../../api/client'
import { useMay } from '../../api/queries'
import { useContents, useTable } from '../catalog/queries'
import { titleOfColumn } from '../../formats/columns'
import { day } from '../../formats/moments'
import { heading } from '../../formats/words'
import { tablesIn } from './schema-words'
import { outermost } from './statement-clauses'

interface Props {
  sql: string
  /** The saved question with the statement; undefined for a statement of one's own. */
  question: string | undefined
  tables: Schemas['CatalogTable'][]
}

/** What was asked, of which tables, as of when; the page of a table says how far its figures may be trusted. */
export function AnswerOrigin({ sql, question, tables }: Props) {
  const read = tablesIn(sql, tables).toSorted((one, other) => Number(!one.system) - Number(!other.system))
  const seesPeople = useMay('personal-data')
  const leftOut = seesPeople ? [] : personalOfAll(sql, read)
  return (
    <div>
      {question ? (
        <Title order={2} size="h5">
          {question}
        </Title>
      ) : null}
      {read.length > 0 ? (
        <Text size="xs" className="muted" data-answer-origin>
          From{' '}
          {read.map((table, at) => (
            <Fragment key={`${table.database}.${table.name}`}>
              {at > 0 ? ', ' : ''}
              <Origin table={table} tables={tables} />
            </Fragment>
          ))}
        </Text>
      ) : null}
      {leftOut.length > 0 ? (
        <Text size="xs">
          Left out, because they are about people: {leftOut.join(', ')}. The group personal-data sees them.
        </Text>
      ) : null}
    </div>
  )
}

const ALL_COLUMNS = /(?:\bselect\s+(?:distinct\s+|all\s+)?|,\s*)(?:\w+\.)?\*/i

/** The titles of the columns about people that an answer with all columns of its tables lacks for who may not see them. */
export function personalOfAll(sql: string, read: Schemas['CatalogTable'][]): string[] {
  if (!ALL_COLUMNS.test(outermost(sql))) return []
  const personal = read.flatMap(({ columns }) => columns.filter((column) => column.personal))
  return [...new Set(personal.map(titleOfColumn))]
}

/** Whether a day is no day to come: rows about the future say nothing of the age of a table. */
const isOver = (asOf: string): boolean => asOf.slice(0, 10) <= new Date().toISOString().slice(0, 10)

function Origin({ table, tables }: { table: Schemas['CatalogTable']; tables: Schemas['CatalogTable'][] }) {
  const { name, system } = table
  const detail = useTable(system, name)
  // The day of a dataset is that of its own rows, and a list of things has none.
  const ofDataset = useContents().data?.tables.find((one) => one.name === name && !one.system)
  const asOf = system ? detail.data?.as_of : isList(table, tables) ? '' : ofDataset?.as_of
  return (
    <>
      <Anchor inherit href={pageAddress(system, name)}>
        {heading(name)}
      </Anchor>
      {asOf && isOver(asOf) ? ` as of ${day(asOf)}` : ''}
    </>
  )
}
