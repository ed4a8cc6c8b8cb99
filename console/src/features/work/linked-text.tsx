import { Anchor } from '@mantine/core'

import type { Cell } from '../../api/format'
import { useCatalog } from '../catalog/queries'
import { datasetRowAddress } from '../catalog/row-query'

interface Props {
  text: string
  /** The cells that the text may name. */
  cells: { name: string; value: Cell }[]
}

/** A text in which the first id of a row of a dataset, such as the one of the cause, is the link to that row. */
export function LinkedText({ text, cells }: Props) {
  const tables = useCatalog().data?.tables ?? []
  const places = cells.flatMap(({ name, value }) => {
    const href = datasetRowAddress(tables, name, value)
    const at = href ? placeOf(text, String(value)) : -1
    return href && at >= 0 ? [{ href, at, id: String(value) }] : []
  })
  const first = places.sort((one, other) => one.at - other.at)[0]
  if (!first) return text
  return (
    <>
      {text.slice(0, first.at)}
      <Anchor inherit href={first.href}>
        {first.id}
      </Anchor>
      {text.slice(first.at + first.id.length)}
    </>
  )
}

/** Where the text has the id as a word of its own; -1 where it has not. */
function placeOf(text: string, id: string): number {
  const escaped = id.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  const word = new RegExp(`(?<![\\w.,\\p{Sc}])${escaped}(?!\\w)(?![.,]\\d)`, 'u')
  return text.search(word)
}
