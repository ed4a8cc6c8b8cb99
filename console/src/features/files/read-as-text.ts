import { count } from '../../api/format'

export const ENCODINGS: Record<string, string> = {
  cp1252: 'Windows-1252',
  cp1250: 'Windows-1250',
  cp1251: 'Windows-1251',
  cp1253: 'Windows-1253',
  cp1254: 'Windows-1254',
  cp1257: 'Windows-1257',
  'iso8859-2': 'ISO 8859-2',
  'iso8859-15': 'ISO 8859-15',
  cp850: 'DOS 850',
  cp852: 'DOS 852',
  'mac-roman': 'Mac Roman',
  'koi8-r': 'KOI8-R',
  cp932: 'Shift-JIS',
  'utf-8-or-cp1252': 'UTF-8, and Windows-1252 in lines that are not UTF-8',
  'utf-8-sig': 'UTF-8 with a byte order mark',
}
const DELIMITERS: Record<string, string> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'pipes',
  ' ': 'blanks',
}

const SHEET_ROWS = /\(rows: (\d+)\)/g

/** The rows of a sheet without its first one, which has the names of its columns. */
const rowsOfSheet = (_: string, filled: string): string =>
  `(${count(Math.max(0, Number(filled) - 1), 'row')})`

/** A file's form as a person says it: what is usual is left out. */
export function readAs(writtenAs: Record<string, string>): string {
  const { format_words, encoding, delimiter, compression, left_out, empty_sheets } = writtenAs
  const many = (name: string, one: string): string => {
    const lines = Number(writtenAs[name] ?? 0)
    return lines > 0 ? count(lines, one) : ''
  }
  const sure = Number(writtenAs.confidence ?? 1)
  const parts = [
    format_words ?? '',
    compression && compression !== 'none' ? `packed with ${compression}` : '',
    encoding ? (ENCODINGS[encoding] ?? encoding.toUpperCase()) : '',
    delimiter ? `separated by ${DELIMITERS[delimiter] ?? `“${delimiter}”`}` : '',
    many('skipped_lines', 'line') && `${many('skipped_lines', 'line')} skipped above the header`,
    many('footer_lines', 'line') && `${many('footer_lines', 'line')} skipped at the end`,
    many('blank_rows', 'row') &&
      `${many('blank_rows', 'row')} without any value left out (${writtenAs.blank_row_numbers ?? ''})`,
    many('unnamed_columns', 'column') && `${many('unnamed_columns', 'column')} without a name`,
    left_out ? `further sheets: ${left_out.replace(SHEET_ROWS, rowsOfSheet)}` : '',
    empty_sheets ? `empty: ${empty_sheets}` : '',
    sure < 0.95 ? `${Math.round(sure * 100)} % sure` : '',
  ]
  return parts.filter(Boolean).join(' · ')
}
