import { type Cell, isName, isNumeric, number } from '../api/format'
import type { ColumnFormat } from '../formats/columns'
import { kindOfTime } from '../formats/moments'
import { largestNumber } from '../formats/extremes'

export interface Column {
  name: string
  type: string
}

/** A column as the table draws it. */
export interface Field extends Column {
  /** Its place in a row's cells. */
  place: number
  format: ColumnFormat
  className: string
  isText: boolean
  /** The pixels of its longest cell. */
  longest: number
  /** The pixels below which a part of it would be cut: of a number or a time its longest cell, of a text the room of a word or two. */
  least: number
  /** The pixels down to which it gives way before a column of less priority leaves: of a text that may take two lines those that it needs. */
  ease: number
  style: { width: number; left?: number }
}

/** Which fields are in the document: the pinned ones, and those in view, with the pixels left out before and after them. */
export interface Span {
  from: number
  to: number
  before: number
  after: number
}

/** From so many columns only those in view are drawn; fewer cost less than looking for them. */
const MANY_COLUMNS = 40
/** Columns beside the view that are drawn as well, so that a short scroll shows no gap. */
const SPARE_PX = 400
const LEAST_PX = 64
const MOST_PX = 420
/** Fields that stay however narrow a table is: a name and a measure. */
const ALWAYS = 2
/** Room for a text of a word or two, with the rest in the tooltip. */
const SHORT_TEXT_PX = 110
/** The same where a text takes three lines of small letters. */
const WRAPPED_TEXT_PX = 84
/** A small letter beside one of usual size, the space beside a text, and the part of a line that words fill. */
const SMALL_LETTERS = 0.86
const BESIDE_TEXT_PX = 20
const FILLED = 0.9
/** The lines of small letters that a row has room for: on a phone, and where columns beside the text may give way. */
export const PHONE_LINES = 3
export const DESK_LINES = 2
/** The space beside a heading. */
const BESIDE_HEADING_PX = 16
/** The widest bold letter of usual words. */
const BOLD_PX = 9.5
/** A heading takes so many lines before its column is made wider. */
const HEADING_LINES = 3

/** How the rows of a table are shown, which its columns' widths follow from. */
export interface Shape {
  /** Whether a click on a heading orders the rows. */
  isSortable?: boolean
  /** The most lines that a text may take. */
  lines?: number
}

/** The columns in their order with the width that their first rows need. */
export function fieldsOf(
  columns: Column[],
  sample: Cell[][],
  formats: ColumnFormat[] | undefined,
  pinned: number,
  shape: Shape = { isSortable: true },
): Field[] {
  const read = columns.map((column, place) => {
    const format = formats?.[place] ?? exact(column)
    const texts = sample.map((row) => (row[place] == null ? '' : format.text(row[place])))
    const isTimed = isTime(column, sample, place)
    // On a phone the time of a day is below it, where that leaves room for a further column.
    const isBroken = shape.lines === PHONE_LINES && isTimed && texts.some((text) => MOMENT.test(text))
    const isText = !isNumber(column) && (!isTimed || isBroken)
    const least =
      format.width ??
      (isBroken ? leastOfDay(format.heading, texts, shape) : leastOf(format.heading, texts, isText, shape))
    // A column without a value is as narrow as its heading in three lines.
    const width = format.width ?? (isEmptyColumn(sample, place) ? least : widthOf(format.heading, texts))
    return {
      ...column,
      place,
      format,
      width,
      isText,
      longest: longestOf(texts) * 8 + BESIDE_TEXT_PX,
      least,
      ease: isText && shape.lines === DESK_LINES ? easeOf(longestOf(texts) * 8 + BESIDE_TEXT_PX) : least,
    }
  })
  let left = 0
  return read.map(({ width, least, ease, ...column }): Field => {
    const isPinned = column.place < pinned
    const className = ['grid-cell', isNumber(column) ? 'number' : '', isPinned ? 'grid-pinned' : '']
    const style = isPinned ? { width, left } : { width }
    left += width
    const room = { least: Math.min(width, least), ease: Math.min(width, Math.max(least, ease)) }
    return { ...column, ...room, className: className.filter(Boolean).join(' '), style }
  })
}

/** So many first rows decide how wide a column is. */
const SAMPLED_ROWS = 100

/** The first rows, and of each column of numbers the rows of its largest and smallest one: a number is never cut, wherever its row is. */
export function sampleOf(
  columns: Column[],
  { length, at }: { length: number; at: (index: number) => Cell[] | undefined },
): Cell[][] {
  const sample = Array.from({ length: Math.min(length, SAMPLED_ROWS) }, (_, index) => at(index) ?? [])
  const ends = columns.flatMap((column, place) =>
    isNumber(column) ? [{ place, most: -Infinity, least: Infinity, rows: [-1, -1] as [number, number] }] : [],
  )
  for (let index = 0; index < length && ends.length > 0; index += 1) {
    const row = at(index)
    for (const end of ends) {
      const cell = row?.[end.place] ?? null
      if (cell === null) continue
      const number = Number(cell)
      if (number > end.most) [end.most, end.rows[0]] = [number, index]
      if (number < end.least) [end.least, end.rows[1]] = [number, index]
    }
  }
  const later = new Set(ends.flatMap(({ rows }) => rows).filter((index) => index >= SAMPLED_ROWS))
  return [...sample, ...[...later].map((index) => at(index) ?? [])]
}

/** Whether none of the rows has a value of a column; no column of an answer without rows is empty. */
export const isEmptyColumn = (rows: (Cell[] | undefined)[], place: number): boolean =>
  rows.length > 0 && rows.every((row) => (row?.[place] ?? '') === '')

/** The fields that fit into `width`. Long texts give way first, then fields are left out: those of the lowest priority, the last of equal ones. Of those of priority 1 two always stay, and further ones where no number or time would be cut; all do where no priority is stated. */
export function fitting(fields: Field[], width: number, lines = 1): Field[] {
  const shown = fitted(fields, width)
  // On a phone each column has a part of it.
  return lines === DESK_LINES ? uncutTexts(shown, width) : shown
}

/** The fields with the room that is left given to texts that are cut, from the first on. */
function uncutTexts(fields: Field[], width: number): Field[] {
  let room = width - totalWidth(fields)
  if (room <= 0) return fields
  return placed(fields, ({ isText, longest, style }) => {
    const more = isText ? Math.min(room, Math.max(0, longest - style.width)) : 0
    room -= more
    return style.width + more
  })
}

function fitted(fields: Field[], width: number): Field[] {
  if (totalWidth(fields) <= width) return fields
  const mayLeave = fields.some(canLeave)
  const fewer = mayLeave
    ? kept(
        narrowed(
          fields,
          width,
          (field) => canLeave(field) || !field.isText,
          ({ ease }) => ease,
        ),
        width,
      )
    : fields
  const narrow = mayLeave ? uncut(fewer, width) : narrowed(fewer, width, () => true)
  if (mayLeave || totalWidth(narrow) <= width) return widened(narrow, fields, width)
  // The table scrolls sideways: no heading takes more room than its numbers need, and no text is cut.
  return placed(fields, ({ isText, least, style }) => (isText ? style.width : least))
}

/** The fields as narrow as they may be, without those for which a number or a time would be cut: names after the first leave before measures. */
function uncut(fields: Field[], width: number): Field[] {
  const fitted = narrowed(fields, width, () => true)
  if (totalWidth(fitted) <= width || fields.length <= ALWAYS) return fitted
  const name = fields.findLastIndex(({ isText }, at) => isText && at > 0)
  return uncut(fields.toSpliced(name < 0 ? fields.length - 1 : name, 1), width)
}

const canLeave = (field: Field): boolean => (field.format.priority ?? 1) > 1

/** The fields with long texts and headings as narrow as `width` asks for, but never below their least width, or another one. */
function narrowed(
  fields: Field[],
  width: number,
  mayNarrow: (field: Field) => boolean,
  leastIn: (field: Field) => number = ({ least }) => least,
): Field[] {
  const spare = (field: Field): number =>
    mayNarrow(field) ? Math.max(0, field.style.width - leastIn(field)) : 0
  const excess = totalWidth(fields) - width
  const most = fields.reduce((sum, field) => sum + spare(field), 0)
  if (excess <= 0 || most === 0) return fields
  const part = Math.min(1, excess / most)
  return placed(fields, (field) => field.style.width - Math.ceil(spare(field) * part))
}

/** How many lines of small letters the longest text of the first rows takes, at most `most`; one where no text is cut. */
export function linesOfTexts(fields: Field[], most = PHONE_LINES): number {
  const lines = fields.map(({ isText, longest, style }) =>
    !isText || longest <= style.width
      ? 1
      : // Words do not fill their lines.
        Math.ceil((SMALL_LETTERS * (longest - BESIDE_TEXT_PX)) / (style.width - BESIDE_TEXT_PX) + 0.2),
  )
  return Math.min(most, largestNumber(lines, 1))
}

/** The fields that stay, with the room that others left to their texts. */
function widened(fields: Field[], before: Field[], width: number): Field[] {
  const wanted = new Map(before.map((field) => [field.place, field.style.width]))
  let room = width - totalWidth(fields)
  if (room <= 0) return fields
  return placed(fields, (field) => {
    const more = Math.min(room, (wanted.get(field.place) ?? 0) - field.style.width)
    room -= more
    return field.style.width + more
  })
}

const isNumber = ({ name, type }: Column): boolean => isNumeric(type) && !isName(name)

/** Half a time says nothing, also where its type is a text. */
function isTime({ type }: Column, sample: Cell[][], place: number): boolean {
  const value = sample.find((row) => row[place] != null)?.[place]
  if (/^(timestamp|date)/i.test(type)) return true
  // A period, such as `2010-11-02/2010-12-09`, is two days.
  return typeof value === 'string' && value.split('/').every((part) => kindOfTime(part) !== undefined)
}

/** The fields with other widths; pinned ones begin where those before them end. */
function placed(fields: Field[], widthOf: (field: Field) => number): Field[] {
  let left = 0
  return fields.map((field) => {
    const width = widthOf(field)
    const style = field.style.left === undefined ? { width } : { width, left }
    left += width
    return { ...field, style }
  })
}

function kept(fields: Field[], width: number): Field[] {
  const order = fields
    .filter(canLeave)
    .sort(
      (one, other) => (other.format.priority ?? 1) - (one.format.priority ?? 1) || other.place - one.place,
    )
  const left = new Set<Field>()
  let total = totalWidth(fields)
  for (const field of order) {
    if (total <= width) break
    total -= field.style.width
    left.add(field)
  }
  return left.size > 0 ? fields.filter((field) => !left.has(field)) : fields
}

export const totalWidth = (fields: Field[]): number =>
  fields.reduce((sum, field) => sum + field.style.width, 0)

/** The fields between two edges of the view. Of few fields all. */
export function span(fields: Field[], pinned: number, scrolled: number, width: number): Span {
  if (fields.length < MANY_COLUMNS) return { from: pinned, to: fields.length, before: 0, after: 0 }
  let place = totalWidth(fields.slice(0, pinned))
  const result = { from: fields.length, to: fields.length, before: 0, after: 0 }
  for (let at = pinned; at < fields.length; at += 1) {
    const end = place + (fields[at]?.style.width ?? 0)
    if (end < scrolled - SPARE_PX) result.before += end - place
    else if (place > scrolled + width + SPARE_PX) {
      if (result.after === 0) result.to = at
      result.after += end - place
    } else result.from = Math.min(result.from, at)
    place = end
  }
  return result
}

/** A column by its name, whose cells have all of their digits. Ids are names: no separators. */
export function exact({ name, type }: Column): ColumnFormat {
  const text = !isNumeric(type) || isName(name) ? String : number
  return { heading: name, title: name, text }
}

/** The least width of a column: a heading may take three lines, and only a text may be cut. */
export function leastOf(
  heading: string,
  texts: string[],
  isText: boolean,
  { isSortable = false, lines = 1 }: Shape = { isSortable: true },
): number {
  const most = charactersOfLine(heading)
  // An arrow shows the order.
  const headed = isSortable ? most * 9 + 32 : Math.ceil(most * BOLD_PX) + BESIDE_HEADING_PX
  const whole = longestOf(texts) * 8 + BESIDE_TEXT_PX
  const short = lines === PHONE_LINES ? WRAPPED_TEXT_PX : SHORT_TEXT_PX
  return Math.max(headed, isText ? short : Math.max(LEAST_PX, whole))
}

/** A day with a time, as pages write it. */
const MOMENT = /, \d/

/** The least width of a column of moments in two lines of small letters, of which the day is the longer one. */
const leastOfDay = (title: string, texts: string[], shape: Shape): number => {
  const days = texts.map((text) => text.split(',', 1)[0] ?? '')
  const day = Math.ceil((longestOf(days) + 1) * 8 * SMALL_LETTERS) + BESIDE_TEXT_PX
  return Math.max(day, leastOf(title, [], true, shape))
}

/** The room in which a text is whole in two lines, or as much of it as a column may have. */
const easeOf = (longest: number): number =>
  Math.min(
    MOST_PX,
    Math.ceil((SMALL_LETTERS * (longest - BESIDE_TEXT_PX)) / (DESK_LINES * FILLED)) + BESIDE_TEXT_PX,
  )

/** The characters of a line in which a heading takes at most three lines. */
function charactersOfLine(heading: string): number {
  const words = heading.split(' ').map((word) => word.length)
  let most = largestNumber(words)
  while (linesOf(words, most) > HEADING_LINES) most += 1
  return most
}

function linesOf(words: number[], most: number): number {
  let [lines, used] = [1, -1]
  for (const word of words) {
    if (used + 1 + word > most) [lines, used] = [lines + 1, word]
    else used += 1 + word
  }
  return lines
}

const longestOf = (texts: string[]): number =>
  largestNumber(
    texts.map((text) => text.length),
    0,
  )

function widthOf(heading: string, texts: string[]): number {
  const longest = longestOf(texts)
  // A bold character of the header is wider than one of a cell.
  return Math.min(MOST_PX, Math.max(LEAST_PX, longest * 8 + 20, heading.length * 9 + 32))
}

/** The order after a click on a column's heading, its other direction after the second, then none: the largest number first, and the first of names and times. */
export function nextSort(sort: string, column: Column): string {
  const { name } = column
  const [first, second] = isNumber(column) ? [`-${name}`, name] : [name, `-${name}`]
  return sort === first ? second : sort === second ? '' : first
}
