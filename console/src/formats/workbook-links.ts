import { getCellAddress, sanitizeAttributeValue } from 'write-excel-file/utility'
import type { Feature } from 'write-excel-file/browser'

import type { TableToSave, WorkbookWords } from './save-table'
import { inFirstSheet, SHEET } from './workbook-sheet'

export interface Link {
  cell: string
  address: string
}

/** A spreadsheet opens no sheet with more than 65,530 links. */
const MOST_LINKS = 50_000
type Content = File | Blob | ArrayBuffer

const OF_SHEET = 'xl/worksheets/_rels/sheet{id}.xml.rels'
const TYPE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink'
const SPACE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'

/** The cells of a sheet below its heading that lead to a page, from the row `from` on. */
export const linksOfCells = (
  { columns, rows }: TableToSave,
  linkOf: WorkbookWords['linkOf'],
  from = 0,
): Link[] =>
  linkOf
    ? rows.flatMap((row, line) =>
        columns.flatMap(({ name }, at) => {
          const address = linkOf(name, row[at] ?? null)
          return address ? [{ cell: getCellAddress(from + line + 1, at), address }] : []
        }),
      )
    : []

/** Links of the first sheet: the text of a cell stays, and a click on it opens the page. */
export function linksOf(all: Link[]): Feature<Content> {
  const links = all.slice(0, MOST_LINKS)
  const pages = [...new Set(links.map(({ address }) => address))]
  const idOf = new Map(pages.map((address, at) => [address, `rId-link-${at}`]))
  const cells = links.map(({ cell, address }) => `<hyperlink ref="${cell}" r:id="${idOf.get(address)}"/>`)
  const markup = `<hyperlinks xmlns:r="${SPACE}">${cells.join('')}</hyperlinks>`
  const targets = pages.map(
    (address) =>
      `<Relationship Id="${idOf.get(address)}" Type="${TYPE}" Target="${sanitizeAttributeValue(address)}" TargetMode="External"/>`,
  )
  return {
    files: {
      transform: {
        [SHEET]: inFirstSheet(links.length > 0 ? markup : ''),
        [OF_SHEET]: {
          insert: (_: unknown, { sheetIndex }: { sheetIndex: number }) =>
            sheetIndex > 0 ? '' : targets.join(''),
        },
      },
    },
  }
}
