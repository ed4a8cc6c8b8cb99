import { Anchor } from '@mantine/core'
import { Fragment } from 'react'

import type { Cell } from '../../api/format'
import { useCatalog } from '../catalog/queries'
import { idAddress } from '../catalog/row-query'
import { heading } from '../../formats/words'

interface Props {
  text: string
  /** The table that the text is about. */
  table: string
  /** The cells that the text may name. */
  cells: { name: string; value: Cell }[]
}

/** A text in which the first place of each id, such as the one of the cause, is the link to its row or to all rows with it. */
export function LinkedText({ text, table, cells }: Props) {
  const tables = useCatalog().data?.tables ?? []
  const places = cells.flatMap(({ name, value }) => {
    const href = idAddress(tables, table, name, value)
    const at = href ? placeOf(text, name, String(value)) : -1
    return href && at >= 0 ? [{ href, at, id: String(value) }] : []
  })
  const links = places
    .sort((one, other) => one.at - other.at)
    .filter(({ at }, place, sorted) => sorted.findIndex((each) => each.at === at) === place)
  return (
    <>
      {links.map(({ href, at, id }, place) => (
        <Fragment key={at}>
          {text.slice(endOf(links[place - 1]), at)}
          <Anchor inherit href={href}>
            {id}
          </Anchor>
        </Fragment>
      ))}
      {text.slice(endOf(links.at(-1)))}
    </>
  )
}

const endOf = (link: { at: number; id: string } | undefined): number => (link ? link.at + link.id.length : 0)

/** A shorter id may as well be a number of days or pieces. */
const MIN_LENGTH = 4

/** Where the text has the id as a word of its own, a short one behind the name of its column; -1 where it has not. */
function placeOf(text: string, column: string, id: string): number {
  const escaped = id.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  const name = id.length < MIN_LENGTH ? `(?<=\\b${heading(column.replace(/_id$/, ''))} )` : ''
  const word = new RegExp(`${name}(?<![\\w.,\\p{Sc}])${escaped}(?!\\w)(?![.,]\\d)`, 'iu')
  return text.search(word)
}
