import { Anchor, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { type Cell, figureInFull, isNumeric } from '../../api/format'
import { useCatalog } from './queries'
import { Story } from '../../components/story'
import { tableOfObject } from '../../formats/addresses'
import { columnFormats, useLabels, useUnits } from '../../formats/columns'
import { day } from '../../formats/moments'
import { isTechnical } from '../../formats/technical-columns'
import { DatasetRowLink } from './dataset-row-link'
import { exactPlacesOf } from '../query/answer-numbers'
import { readFormat } from './read-format'
import { rowQuery } from './row-query'

const NO_KEYS: ReadonlySet<string> = new Set()

export const keysOf = (contract: Schemas['ContractDetail'] | undefined): ReadonlySet<string> =>
  contract
    ? new Set(contract.column_list.filter((column) => column.primary_key).map(({ name }) => name))
    : NO_KEYS

interface RowStoryProps {
  table: string
  columns: { name: string; type: string }[]
  /** The rows of the table, by which its columns have their decimals, and the place of the one that is open. */
  rows: Cell[][]
  at: number
  contract: Schemas['ContractDetail'] | undefined
  onClose: () => void
}

/** The exact value below its words, where they leave out a part of it: digits of a number, or the code of a name. */
export function exactOf(value: Cell, text: string, type: string, unit = ''): string {
  if (value === null || typeof value === 'boolean' || String(value) === text) return ''
  // The whole path of an object is folded below the name of its table.
  if (!isNumeric(type)) return tableOfObject(String(value)) ? '' : String(value)
  const exact = figureInFull(value, unit)
  const digits = (each: string): string => each.replace(/[^\d.]/g, '').replace(/(\.\d*?)0+$/, '$1')
  return digits(exact) === digits(text) ? '' : exact
}

/** Everything about one row: its values in words and with all of their digits, what each is, and its statement. */
export function RowStory({ table, columns, rows, at, contract, onClose }: RowStoryProps) {
  const units = useUnits(table)
  const catalog = useCatalog().data?.tables.find(({ name }) => name === table)
  const keys = [...keysOf(contract)]
  const row = rows[at] ?? []
  const places = exactPlacesOf(columns, rows, units)
  const formats = columnFormats(columns, units, useLabels(table)).map((format, place) =>
    readFormat(format, columns[place], units, places[place]),
  )
  const about = new Map(contract?.column_list.map((column) => [column.name, column.description]))
  const title = keys.length > 0 ? keys : columns.slice(0, 1).map(({ name }) => name)
  const textOf = (name: string): string => {
    const place = columns.findIndex((column) => column.name === name)
    return formats[place]?.text(row[place] ?? null) ?? ''
  }
  const facts = columns.map(({ name, type }, place) => ({
    name: formats[place]?.heading ?? name,
    text: <DatasetRowLink column={name} value={row[place] ?? null} text={textOf(name)} />,
    exact: exactOf(row[place] ?? null, textOf(name), type, units[name]),
    about: about.get(name) ?? '',
    isFolded: isTechnical(name),
  }))
  const asOf = columns.findIndex(({ name }) => name === 'as_of')
  return (
    <Story
      title={title.map(textOf).join(' · ')}
      facts={facts.filter(({ isFolded }) => !isFolded)}
      folded={facts.filter(({ isFolded }) => isFolded)}
      onClose={onClose}
    >
      <Text size="sm" mt="md" className="muted">
        {asOf >= 0 && row[asOf] ? `As of ${day(String(row[asOf]))}. ` : ''}
        {catalog ? (
          <Anchor inherit href={rowQuery(catalog, columns, row, title)}>
            Ask about this row in SQL
          </Anchor>
        ) : null}
      </Text>
    </Story>
  )
}
