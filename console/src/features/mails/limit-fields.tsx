import { NativeSelect, TextInput } from '@mantine/core'
import { useState } from 'react'

import type { Schemas } from '../../api/client'
import { currencyOf, DURATION, figureInFull, isShare, signOfCurrency, typedSeconds } from '../../api/format'
import {
  type AnswerColumn,
  factsOfAnswer,
  headingsOf,
  type Labels,
  type Units,
  unitsOf,
  unitsOfAnswer,
  useAnswerLabels,
  useAnswerUnits,
} from '../../formats/columns'
import { heading } from '../../formats/words'
import { useCatalog } from '../catalog/queries'
import { plainNumber } from '../../formats/typed-number'
import { typedValue } from '../catalog/row-filters'
import { isFigure, isOfFigures } from '../query/figures-of'
import { useResults } from '../query/results'
import type { MailAsked } from './mails'

/** The limit of a mail as the API takes it. */
export type Limit = Pick<MailAsked, 'only_if' | 'limit_panel' | 'limit_column' | 'limit' | 'limit_unit'>

/** A figure that may have a limit: a column of a question's answer, or that of a panel of a dashboard. */
export interface Figure {
  panel: string
  column: string
  label: string
  unit: string
}

interface Props {
  /** The columns of a question's answer. */
  columns: AnswerColumn[]
  /** The panels of a dashboard. */
  panels: FigurePanel[]
  limit: Limit
  onChange: (limit: Limit) => void
  /** Whether the mail is an alert, which always has a limit. */
  isAlert?: boolean
}

const SIDES: { value: NonNullable<Limit['only_if']>; label: string }[] = [
  { value: '', label: 'Always' },
  { value: 'above', label: 'Only if a figure is above a limit' },
  { value: 'below', label: 'Only if a figure is below a limit' },
]
const SIDES_OF_ALERT: typeof SIDES = [
  { value: 'above', label: 'a figure is above a limit' },
  { value: 'below', label: 'a figure is below a limit' },
]
export const NO_LIMIT: Limit = { only_if: '', limit_panel: '', limit_column: '', limit: null, limit_unit: '' }

/** Whether a limit has all of its parts. */
export const isWholeLimit = ({ only_if: side, limit, limit_column: column }: Limit): boolean =>
  !side || (typeof limit === 'number' && column !== '')

/** The figures of a question's answer. */
function useFiguresOf(columns: AnswerColumn[]): Figure[] {
  const units = useAnswerUnits('', columns)
  return figuresOf(columns, headingsOf(columns, useAnswerLabels('', columns), units), units)
}

const figuresOf = (columns: AnswerColumn[], headings: Labels, units: Units): Figure[] =>
  columns
    .filter(isFigure)
    .map(({ name }) => ({ panel: '', column: name, label: headings[name] ?? name, unit: units[name] ?? '' }))

export type FigurePanel = Pick<
  Schemas['Panel'],
  'name' | 'question' | 'kind' | 'table' | 'unit' | 'units' | 'y' | 'sql'
>

/** A question on a person's own dashboard as a panel, under the name that the API gives it there. */
export const figurePanelOf = ({
  name,
  kind,
  y,
  sql,
  units = {},
}: Schemas['KeptQuestionShown']): FigurePanel => ({
  name: name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, ''),
  question: name,
  kind,
  table: '',
  unit: '',
  units,
  y,
  sql,
})

/**
 * The figures of a dashboard: of each panel its number, the measures of its chart or, of a table without a table of
 * the lake behind it and of a row of figures, the numbers of its answer.
 */
function useFiguresOfPanels(panels: FigurePanel[], isAsked: boolean): Figure[] {
  const tables = useCatalog().data?.tables ?? []
  const isTable = ({ kind, y }: FigurePanel) => kind === 'table' || (kind !== 'kpi' && y.length === 0)
  const statements = [...new Set(panels.filter(isTable).map(({ sql }) => sql))]
  const answers = useResults(statements, isAsked)
  return panels.flatMap((panel) => {
    const { name, question, kind, table, unit, units, y } = panel
    if (kind === 'kpi') return [{ panel: name, column: 'value', label: question, unit }]
    const of = (column: string, own: string): Figure => ({
      panel: name,
      column,
      label: `${question} (${heading(column, own)})`,
      unit: own,
    })
    const answer = isTable(panel) ? answers[statements.indexOf(panel.sql)]?.data : undefined
    if (answer && (table === '' || isOfFigures(answer))) {
      const agreed = { ...factsOfAnswer(answer.columns, 'unit'), ...units }
      const own = unitsOfAnswer(answer.columns, agreed)
      return figuresOf(answer.columns, {}, own).map(({ column, unit: its }) => of(column, its || unit))
    }
    const agreed = unitsOf(tables, table)
    return y.map((column) => of(column, (units[column] ?? agreed[column]) || unit))
  })
}

const SIZES: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, mio: 1e6, bn: 1e9 }
const TYPED = /^(-?)(\D*?)(-?(?:\d[\d.,]*|\.\d+))(k|mio|m|bn|)(\D*)$/i
/** Signs that stand between thousands only: blanks, and apostrophes as in Switzerland. */
const BETWEEN_THOUSANDS = /\s|(?<=\d)['’](?=\d{3})/g
/**
 * The number that a person typed, of a share in percent, with the sign of its currency and for thousands or millions
 * `k` or `m`; null where it is none. A comma and a point are read as their places tell.
 *
 * @example limitOf('25,000', 'currency'), limitOf('25k', ''), limitOf('5 %', 'share') // 25000, 25000, 0.05
 * @example limitOf('25.000,5', '') // 25000.5
 */
export function limitOf(text: string, unit: string): number | null {
  const seconds = unit === DURATION ? typedSeconds(text) : undefined
  if (seconds !== undefined) return seconds
  const [, minus = '', before = '', typed = '', size = '', after = ''] =
    TYPED.exec(text.replace(BETWEEN_THOUSANDS, '')) ?? []
  const digits = plainNumber(typed)
  const words = (before + after).toLowerCase()
  const currency = currencyOf(unit)
  const allowed = currency
    ? ['', currency, signOfCurrency(currency)]
    : isShare(unit) || unit === 'percent'
      ? ['', '%']
      : ['', unit]
  if (digits === '' || !allowed.some((one) => one.toLowerCase() === words)) return null
  const number = Number(typedValue(minus + digits, unit)) * (SIZES[size.toLowerCase()] ?? 1)
  return Number.isFinite(number) ? Number(number.toPrecision(12)) : null
}

/** Why a typed text is no limit of a figure: signs that no number has, or words that are not its unit. */
export function whyNoLimit(text: string, label: string): string {
  const [, , before = '', typed = '', , after = ''] = TYPED.exec(text.replace(BETWEEN_THOUSANDS, '')) ?? []
  return plainNumber(typed) === ''
    ? `“${text}” is not read as a number.`
    : `“${[before, after].filter(Boolean).join(' ')}” is not the unit of ${label}.`
}

/** How a limit may be written, in the unit of its figure. */
function formsOf(unit: string): string {
  if (isShare(unit)) return 'Such as 5 or 5 %.'
  if (unit === DURATION) return 'Such as 2:30:00, or 9000 seconds.'
  return `Such as ${[25_000, 25].map((one) => figureInFull(one, unit)).join(' or ')}k.`
}

/** The number that a limit was read as, or how it may be written. */
const readAs = (limit: Limit['limit'], unit: string): string =>
  typeof limit === 'number' ? `Read as ${figureInFull(limit, unit)}.` : formsOf(unit)

/** A limit as a person types it. */
function typedText({ limit, limit_unit: unit = '' }: Limit): string {
  if (typeof limit !== 'number') return ''
  if (unit === DURATION) return figureInFull(limit, unit)
  return String(isShare(unit) ? Number((limit * 100).toPrecision(12)) : limit)
}

/** The figures with that of the limit, whose answer may not be read yet or have lost it. */
function withFigureOf(
  { limit_panel: panel = '', limit_column: column = '', limit_unit: unit = '' }: Limit,
  figures: Figure[],
): Figure[] {
  if (!column || figures.some((each) => keyOf(each) === keyOf({ panel, column }))) return figures
  return [...figures, { panel, column, label: heading(column, unit), unit }]
}

const keyOf = ({ panel, column }: Pick<Figure, 'panel' | 'column'>): string => JSON.stringify([panel, column])

/** Chooses when a mail is sent: always, or only if a figure of its answers is above or below a limit. */
export function LimitFields({ columns, panels, limit, onChange, isAlert = false }: Props) {
  const [text, setText] = useState(() => typedText(limit))
  const read = [...useFiguresOf(columns), ...useFiguresOfPanels(panels, limit.only_if !== '')]
  const figures = withFigureOf(limit, read)
  const first: Figure = figures[0] ?? { panel: '', column: '', label: 'No figure is there yet', unit: '' }
  const chosen = keyOf({ panel: limit.limit_panel ?? '', column: limit.limit_column ?? '' })
  const figure = figures.find((each) => keyOf(each) === chosen) ?? first
  const change = (side: Limit['only_if'], { panel, column, unit }: Figure, typed: string) =>
    onChange(
      side
        ? {
            only_if: side,
            limit_panel: panel,
            limit_column: column,
            limit: limitOf(typed, unit),
            limit_unit: unit,
          }
        : NO_LIMIT,
    )
  return (
    <>
      <NativeSelect
        size="xs"
        label={isAlert ? 'Alert me when' : 'Send it'}
        data={isAlert ? SIDES_OF_ALERT : SIDES}
        value={limit.only_if ?? ''}
        onChange={({ currentTarget: { value } }) => change(value as Limit['only_if'], figure, text)}
      />
      {limit.only_if ? (
        <>
          <NativeSelect
            size="xs"
            label="Figure"
            description="Of an answer over time that of the newest period that is over, else of any row."
            data={figures.map((each) => ({ value: keyOf(each), label: each.label }))}
            value={keyOf(figure)}
            onChange={({ currentTarget: { value } }) =>
              change(limit.only_if, figures.find((each) => keyOf(each) === value) ?? first, text)
            }
          />
          <TextInput
            size="xs"
            label={isShare(figure.unit) ? 'Limit, in percent' : 'Limit'}
            inputMode="decimal"
            disabled={figures.length === 0}
            value={text}
            description={readAs(limit.limit, figure.unit)}
            error={
              text !== '' && typeof limit.limit !== 'number'
                ? `${whyNoLimit(text, figure.label)} ${formsOf(figure.unit)}`
                : undefined
            }
            onChange={({ currentTarget: { value } }) => {
              setText(value)
              change(limit.only_if, figure, value)
            }}
          />
        </>
      ) : null}
    </>
  )
}
