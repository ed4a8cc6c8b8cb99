import type { Feature } from 'write-excel-file/browser'

const STYLES = 'xl/styles.xml'
const MASTER = '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
const NAMED = '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'

/** The style "Normal" of the cells, which each workbook of a spreadsheet has and some readers miss. */
export const defaultStyle: Feature<File | Blob | ArrayBuffer> = {
  files: {
    transform: {
      [STYLES]: {
        transform: (xml: string) =>
          xml.includes('<cellStyleXfs')
            ? xml
            : xml.replace('<cellXfs', `${MASTER}<cellXfs`).replace('</cellXfs>', `</cellXfs>${NAMED}`),
      },
    },
  },
}
