import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'

import { read, type Schemas } from '../../api/client'
import { useCaller } from '../../api/queries'
import { addValues, type Values } from './parameters'
import { type ChartDrawing, type ChartKind, type Choice, isKind } from './chart-choice'

/** A question that a person keeps in the lake; a link carries it to others. */
export type KeptQuestion = Omit<WithParts<Schemas['KeptQuestionAsked']>, keyof Drawing> & Partial<Drawing>

/** How the chart is drawn, and what followed from the panel that it was. */
export type Drawing = ChartDrawing & Pick<Schemas['KeptQuestionAsked'], 'action'>

/** The same, where it is not the default. */
export const drawingOf = ({
  scale = 'auto',
  form = '',
  is_stacked = null,
  action = '',
}: Partial<Drawing>): Partial<Drawing> => ({
  ...(scale === 'auto' ? {} : { scale }),
  ...(form ? { form } : {}),
  ...(is_stacked === null ? {} : { is_stacked }),
  ...(action ? { action } : {}),
})

/** What a question has of the panel that it was, beside its chart. */
type PanelParts = Pick<Schemas['KeptQuestionAsked'], 'bounds' | 'answer' | 'nothing' | 'units'>

/** Only a question that was a panel has its parts. */
export type WithParts<Asked extends PanelParts> = Omit<Asked, keyof PanelParts> & Partial<PanelParts>

/** The parts of a panel, of a question or panel that has them. */
export const partsOf = ({
  bounds = [],
  answer = '',
  nothing = '',
  units = {},
}: Partial<PanelParts>): PanelParts => ({
  bounds,
  answer,
  nothing,
  units,
})

/** A chart of an answer: its kind and columns, and how it is drawn. */
export type ShownChart = Pick<KeptQuestion, 'kind' | 'x' | 'y' | 'series'> & Partial<ChartDrawing>

type Shown = ShownChart & Pick<KeptQuestion, 'sql'>

/** What is kept of a question as it is shown: one that is saved already keeps its parts, and its chart unless a person changed it. */
export function keptAgain(
  saved: KeptQuestion | undefined,
  shown: Shown,
  choice: Choice | undefined,
): Shown & Partial<PanelParts & Drawing> {
  if (!saved) return shown
  const isChanged =
    (shown.kind === 'table') !== (saved.kind === 'table') ||
    (shown.kind !== 'table' && choice !== undefined && !isChartOf(saved, choice))
  const { kind, x, y, series } = isChanged ? shown : saved
  const parts = partsOf(saved)
  const drawing = drawingOf({ ...(isChanged ? shown : saved), action: saved.action })
  return {
    ...{ sql: shown.sql, kind, x, y, series },
    ...parts,
    bounds: kind === 'fan' ? parts.bounds : [],
    ...drawing,
  }
}

/** Whether a choice is the chart of a question as it was saved. */
function isChartOf(saved: KeptQuestion, choice: Choice): boolean {
  const own = askedBy(saved).choice
  const isSame = ({ x, y, series }: Choice): boolean =>
    x === choice.x && y.join('\n') === choice.y.join('\n') && series === choice.series
  return (
    own !== undefined &&
    isSame(own) &&
    (choice.kind === undefined || choice.kind === own.kind) &&
    choice.scale === own.scale &&
    choice.isStacked === own.isStacked
  )
}

/** A statement with the way in which its answer is shown. */
export interface Asked {
  sql: string
  view: 'table' | 'chart'
  choice?: Choice | undefined
  /** Values of the statement's parameters; others have their defaults. */
  values?: Values | undefined
}

/** What the page Query asks and shows for a kept question, for one that is sent by mail, or for a person's panel. */
export const askedBy = ({
  sql,
  kind,
  x,
  y,
  series,
  scale,
  form,
  is_stacked,
}: Omit<Shown, 'kind'> & { kind: string }): Asked => ({
  sql,
  view: kind === 'table' ? 'table' : 'chart',
  choice: x
    ? {
        x,
        y,
        series,
        kind: form || chartKind(kind),
        ...(scale === 'log' || scale === 'linear' ? { scale } : {}),
        ...(typeof is_stacked === 'boolean' ? { isStacked: is_stacked } : {}),
      }
    : undefined,
})

const chartKind = (kind: string | null): ChartKind | undefined =>
  isKind(kind) ? kind : kind === 'fan' ? 'line' : undefined

/** The address of the page Query with a question: its statement, view and columns of the chart. */
export function questionAddress({ sql, view, choice, values }: Asked): string {
  const text = new URLSearchParams({ sql, view })
  addValues(text, values)
  if (choice) {
    text.set('x', choice.x)
    for (const column of choice.y) text.append('y', column)
    if (choice.series) text.set('series', choice.series)
    if (choice.kind) text.set('kind', choice.kind)
    if (choice.scale) text.set('scale', choice.scale)
    if (choice.isStacked !== undefined) text.set('stacked', choice.isStacked ? 'yes' : 'no')
  }
  return `/query?${text}`
}

/** The address of a question that waits until a person runs it: it names no query that answered it. */
export const waitingAddress = (asked: Asked): string => `${questionAddress(asked)}&run=`

/** The columns of the chart that an address names; undefined where it names none. */
export function choiceOf(search: URLSearchParams): Choice | undefined {
  const x = search.get('x')
  const y = search.getAll('y')
  const [scale, stacked] = [search.get('scale'), search.get('stacked')]
  if (!x || y.length === 0) return undefined
  return {
    x,
    y,
    series: search.get('series') ?? '',
    kind: chartKind(search.get('kind')),
    ...(scale === 'linear' || scale === 'log' ? { scale } : {}),
    ...(stacked ? { isStacked: stacked === 'yes' } : {}),
  }
}

const PATH = '/v1/kept-questions'
const KEY = ['kept-questions']

type Panels = Schemas['BoardArranged']['panels']
type KeptList = Schemas['KeptQuestionList']

/** The list with the named questions of a person in another order. */
const arranged =
  (panels: Panels, person: string | undefined) =>
  (list: KeptList | undefined): KeptList | undefined => {
    if (!list) return undefined
    const placed = new Map(panels.map(({ name, width = '' }, place) => [name, { place, width }]))
    const questions = list.questions.map((question) =>
      question.by === person ? { ...question, ...placed.get(question.name) } : question,
    )
    return { questions: questions.sort((one, other) => (one.place ?? 0) - (other.place ?? 0)) }
  }

/** The questions of a person, by default of the caller, and how the caller's change. */
export function useKeptQuestions(person?: string | null) {
  const queries = useQueryClient()
  const caller = useCaller().data?.name
  const kept = useQuery({ queryKey: KEY, queryFn: () => read<Schemas['KeptQuestionList']>(PATH) })
  const onSuccess = (list: Schemas['KeptQuestionList']) => queries.setQueryData(KEY, list)
  const keep = useMutation({
    mutationFn: (body: KeptQuestion) =>
      read<Schemas['KeptQuestionList']>(PATH, { method: 'PUT', body: withoutPerson(body) }),
    onSuccess,
  })
  const forget = useMutation({
    mutationFn: (name: string) =>
      read<Schemas['KeptQuestionList']>(PATH, { method: 'DELETE', query: { name } }),
    onSuccess,
  })
  const arrange = useMutation({
    mutationFn: (panels: Panels) =>
      read<Schemas['KeptQuestionList']>(`${PATH}/dashboard`, { method: 'PUT', body: { panels } }),
    // The panels move at once.
    onMutate: (panels) => queries.setQueryData<Schemas['KeptQuestionList']>(KEY, arranged(panels, caller)),
    onSuccess,
    onError: () => void queries.invalidateQueries({ queryKey: KEY }),
  })
  const rename = useMutation({
    mutationFn: (body: Schemas['QuestionRenamed']) =>
      read<Schemas['KeptQuestionList']>(`${PATH}/name`, { method: 'PUT', body }),
    onSuccess: (list) => {
      onSuccess(list)
      // The limits of mails follow the name.
      void queries.invalidateQueries({ queryKey: ['mails'] })
    },
  })
  const by = person ?? caller
  return {
    kept,
    questions: (kept.data?.questions ?? []).filter((question) => question.by === by),
    by,
    isOwn: by === caller,
    keep,
    forget,
    arrange,
    rename,
    error: keep.error ?? forget.error ?? arrange.error,
  }
}

/** A question as the API takes it: it knows who asks, and when. */
const withoutPerson = ({
  name,
  sql,
  kind,
  x,
  y,
  series,
  is_pinned,
  ...parts
}: KeptQuestion): KeptQuestion => ({
  name,
  sql,
  kind,
  x,
  y,
  series,
  is_pinned,
  ...partsOf(parts),
  ...drawingOf(parts),
})

/** The short name of a question of the lake: its words up to the question mark, without what is in brackets. */
export function questionTitle(description: string): string {
  const words = description.replace(/\s*\([^)]*\)/g, '')
  const end = words.indexOf('?')
  return end > 0 ? words.slice(0, end + 1) : words
}
