import { Anchor } from '@mantine/core'

import type { Schemas } from '../../api/client'
import type { Cell } from '../../api/format'
import { pageAddress, tableOfObject } from '../../formats/addresses'
import { heading } from '../../formats/words'
import { useCatalog } from './queries'
import { idAddress } from './row-query'

interface Props {
  column: string
  value: Cell
  text: string
  /** The table of the cell, where an id of no dataset links to all of its rows with the id. */
  table?: string
}

/** The words of a cell, as a link to the row of the dataset that its id names, or to the table that has an object of the store. */
export function DatasetRowLink({ column, value, text, table = '' }: Props) {
  const tables = useCatalog().data?.tables ?? []
  const stored = tableOfObject(String(value ?? ''))
  if (stored)
    return (
      <StoredObject table={tables.find(({ name }) => name === stored)} text={text} path={String(value)} />
    )
  const address = idAddress(tables, table, column, value)
  if (!address) return text
  return (
    <Anchor inherit href={address} title={leadsTo(address)}>
      {text}
    </Anchor>
  )
}

/** Where the address of an id leads: to the row that has it, or to the rows of a table with it. */
const leadsTo = (address: string): string => {
  const [page = '', ...parts] = (address.split('?')[0] ?? '')
    .replace(/^#\//, '')
    .split('/')
    .map(decodeURIComponent)
  const name = heading(page === 'rows' ? (parts[0] ?? '') : (parts.at(-1) ?? '')).toLowerCase()
  return page === 'rows' ? `Open its row in ${name}` : `Open the rows of ${name} with it`
}

/** The table of an object in the store; a click shows the object's whole path. */
function StoredObject({
  table,
  text,
  path,
}: {
  table: Schemas['CatalogTable'] | undefined
  text: string
  path: string
}) {
  return (
    <>
      {table ? (
        <Anchor inherit href={pageAddress(table.system, table.name)}>
          {text}
        </Anchor>
      ) : (
        text
      )}
      <details>
        <summary>Whole path</summary>
        <span className="any-text">{path}</span>
      </details>
    </>
  )
}
