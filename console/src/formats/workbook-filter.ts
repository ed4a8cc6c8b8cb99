import {
  getCellAddress,
  getOrderOfSiblings,
  insertElementMarkupAccordingToOrderOfSiblings,
} from 'write-excel-file/utility'
import type { Feature } from 'write-excel-file/browser'

const SHEET = 'xl/worksheets/sheet{id}.xml'

/** The arrows of a filter on the headings of the first sheet. */
export function filterOf(columns: number, rows: number): Feature<File | Blob | ArrayBuffer> {
  const markup = `<autoFilter ref="A1:${getCellAddress(rows, Math.max(0, columns - 1))}"/>`
  return {
    files: {
      transform: {
        [SHEET]: {
          transform: (xml: string, _: unknown, { sheetIndex }: { sheetIndex: number }) =>
            sheetIndex > 0 || columns === 0 || rows === 0
              ? xml
              : insertElementMarkupAccordingToOrderOfSiblings(
                  xml,
                  markup,
                  getOrderOfSiblings(SHEET, 'worksheet') ?? [],
                  'worksheet',
                ),
        },
      },
    },
  }
}
