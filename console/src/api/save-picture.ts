import { saveBlob } from './format'
import { largestNumber } from '../formats/extremes'

/** Twice the pixels of the page, so that a picture is sharp in a document. */
const SCALE = 2
const [MARGIN, LINE, TITLE_LINE, CELL_GAP] = [24, 18, 26, 20]
const FONT = 'system-ui, sans-serif'
const [TEXT, SMALL, BOLD, TITLE] = [`13px ${FONT}`, `12px ${FONT}`, `600 13px ${FONT}`, `600 18px ${FONT}`]
const TABLE_WIDTH = 1040
/** A row of few cells is drawn as figures, each below its heading, as large as a slide needs. */
const [FIGURE, FIGURE_LINE, MOST_FIGURES] = [`600 72px ${FONT}`, 88, 4]
const MOST_CELL = 260

/** What a picture shows: a title above, notes such as the day and the source below, and between them a chart or a table. */
export interface Picture {
  title?: string | undefined
  subtitle?: string | undefined
  notes?: string[]
  chart?: SVGSVGElement | null
  table?: { headings: string[]; rows: string[][]; isNumber: boolean[] } | undefined
}

/** The lines of a text that are at most `width` wide; a longer word keeps a line of its own. */
export function linesOf(text: string, width: number, widthOf: (text: string) => number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && widthOf(`${last} ${word}`) <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

/** A text that is cut where it is wider than `width`. */
export function cut(text: string, width: number, widthOf: (text: string) => number): string {
  if (widthOf(text) <= width) return text
  let end = text.length
  while (end > 0 && widthOf(`${text.slice(0, end)}…`) > width) end -= 1
  return `${text.slice(0, end)}…`
}

/** Save a chart or table with its title and its source as a picture, on white or on the colour of the page. */
export async function savePng(name: string, picture: Picture): Promise<void> {
  const image = picture.chart ? await imageOf(picture.chart) : undefined
  const pen = document.createElement('canvas').getContext('2d')
  if (!pen) return
  const inner = image?.width ?? TABLE_WIDTH
  const steps = [
    ...textSteps(pen, picture.title ? [picture.title] : [], inner, TITLE, TITLE_LINE),
    ...textSteps(pen, picture.subtitle ? [picture.subtitle] : [], inner, TEXT, LINE),
    ...(image ? [imageStep(image)] : []),
    ...(picture.table ? rowsSteps(pen, picture.table, inner) : []),
    ...textSteps(pen, picture.notes ?? [], inner, SMALL, LINE),
  ]
  const height = steps.reduce((sum, step) => sum + step.height, 0)
  pen.canvas.width = (inner + 2 * MARGIN) * SCALE
  pen.canvas.height = (height + 2 * MARGIN) * SCALE
  pen.scale(SCALE, SCALE)
  const { backgroundColor, color } = getComputedStyle(document.body)
  pen.fillStyle = backgroundColor
  pen.fillRect(0, 0, inner + 2 * MARGIN, height + 2 * MARGIN)
  pen.fillStyle = color
  pen.textBaseline = 'top'
  let top = MARGIN
  for (const step of steps) {
    step.draw(pen, top)
    top += step.height
  }
  const blob = await new Promise<Blob | null>((done) => pen.canvas.toBlob(done, 'image/png'))
  if (blob) saveBlob(`${name}.png`, blob)
}

interface Step {
  height: number
  draw: (pen: CanvasRenderingContext2D, top: number) => void
}

async function imageOf(chart: SVGSVGElement) {
  const { width, height } = chart.getBoundingClientRect()
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(chart))}`
  await image.decode()
  return { image, width, height }
}

const imageStep = ({ image, width, height }: Awaited<ReturnType<typeof imageOf>>): Step => ({
  height: height + LINE,
  draw: (pen, top) => pen.drawImage(image, MARGIN, top + LINE / 2, width, height),
})

/** A function that measures texts in a font. */
const measureIn =
  (pen: CanvasRenderingContext2D, font: string) =>
  (text: string): number => {
    pen.font = font
    return pen.measureText(text).width
  }

const textSteps = (
  pen: CanvasRenderingContext2D,
  texts: string[],
  width: number,
  font: string,
  height: number,
): Step[] =>
  texts
    .flatMap((text) => linesOf(text, width, measureIn(pen, font)))
    .map((line) => ({
      height,
      draw: (on, top) => {
        on.font = font
        on.fillText(line, MARGIN, top)
      },
    }))

type Table = NonNullable<Picture['table']>

/** Whether a table is one row of few numbers. */
export const isOfFigures = ({ rows, isNumber }: Table): boolean =>
  rows.length === 1 && isNumber.length <= MOST_FIGURES && isNumber.every(Boolean)

const rowsSteps = (pen: CanvasRenderingContext2D, table: Table, width: number): Step[] =>
  isOfFigures(table)
    ? table.headings.flatMap((heading, at) => [
        ...textSteps(pen, heading === 'Value' ? [] : [heading], width, TEXT, LINE),
        ...textSteps(pen, [table.rows[0]?.[at] ?? ''], width, FIGURE, FIGURE_LINE),
      ])
    : tableSteps(pen, table, width)

/** The rows of a table as lines of texts: columns that do not fit beside the others are left out. */
function tableSteps(
  pen: CanvasRenderingContext2D,
  { headings, rows, isNumber }: Table,
  width: number,
): Step[] {
  const all = [headings, ...rows]
  const bold = measureIn(pen, BOLD)
  const widths = headings.map((_, at) =>
    Math.min(MOST_CELL, largestNumber(all.map((row) => bold(row[at] ?? '')))),
  )
  const lefts = widths.map((_, at) => widths.slice(0, at).reduce((sum, one) => sum + one + CELL_GAP, 0))
  const fitting = headings.flatMap((_, at) =>
    (lefts[at] ?? 0) + (widths[at] ?? 0) <= width || at === 0 ? [at] : [],
  )
  return all.map((row, place) => ({
    height: place === all.length - 1 ? 2 * LINE : place === 0 ? LINE + 8 : LINE + 4,
    draw: (on, top) => {
      const font = place === 0 ? BOLD : TEXT
      for (const at of fitting) {
        const [left, room] = [MARGIN + (lefts[at] ?? 0), widths[at] ?? 0]
        const text = cut(row[at] ?? '', room, measureIn(on, font))
        on.font = font
        on.textAlign = isNumber[at] ? 'right' : 'left'
        on.fillText(text, isNumber[at] ? left + room : left, top + LINE / 2)
      }
      on.textAlign = 'left'
    },
  }))
}
