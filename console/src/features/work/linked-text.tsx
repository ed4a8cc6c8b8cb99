import { Anchor } from '@mantine/core'

import type { Cell } from '../../api/format'
import { useCatalog } from '../catalog/queries'
import { datasetRowAddress } from '../catalog/row-query'
import { heading } from '../../formats/words'

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
    const at = href ? placeOf(text, name, String(value)) : -1
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

/** A shorter id may as well be a number of days or pieces. */
const MIN_LENGTH = 4

/** Where the text has the id as a word of its own, a short one behind the name of its column; -1 where it has not. */
function placeOf(text: string, column: string, id: string): number {
  const escaped = id.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  const name = id.length < MIN_LENGTH ? `(?<=\\b${heading(column.replace(/_id$/, ''))} )` : ''
  const word = new RegExp(`${name}(?<![\\w.,\\p{Sc}])${escaped}(?!\\w)(?![.,]\\d)`, 'iu')
  return text.search(word)
}
