import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'

import { read, type Schemas } from '../../api/client'
import { useCaller } from '../../api/queries'
import { type ChartKind, type Choice, isKind } from './chart-choice'

/** A question that a person keeps in the lake; a link carries it to others. */
export type KeptQuestion = Omit<WithParts<Schemas['KeptQuestionAsked']>, keyof Drawing> & Partial<Drawing>

/** How the panel was drawn and what followed from it, where that is not the default. */
type Drawing = Pick<Schemas['KeptQuestionAsked'], 'scale' | 'action'>

export const drawingOf = ({ scale = 'linear', action = '' }: Partial<Drawing>): Partial<Drawing> => ({
  ...(scale === 'linear' ? {} : { scale }),
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

type Shown = Pick<KeptQuestion, 'sql' | 'kind' | 'x' | 'y' | 'series'>

/** What is kept of a question as it is shown: one that is saved already keeps its parts, and its chart unless a person changed it. */
export function keptAgain(
  saved: KeptQuestion | undefined,
  shown: Shown,
  choice: Choice | undefined,
): Shown & Partial<PanelParts & Drawing> {
  if (!saved) return { ...shown, ...drawingOf({ scale: scaleOf(shown, choice) }) }
  const isChanged =
    (shown.kind === 'table') !== (saved.kind === 'table') ||
    (shown.kind !== 'table' && choice !== undefined && !isChartOf(saved, choice))
  const { kind, x, y, series } = isChanged ? shown : saved
  const parts = partsOf(saved)
  const drawing = drawingOf(isChanged ? { action: saved.action, scale: scaleOf(shown, choice) } : saved)
  return { ...shown, kind, x, y, series, ...parts, bounds: kind === 'fan' ? parts.bounds : [], ...drawing }
}

/** The scale of a question's lines. */
const scaleOf = ({ kind }: Shown, choice: Choice | undefined): Drawing['scale'] =>
  kind === 'line' && choice?.scale === 'log' ? 'log' : 'linear'

const isChartOf = (saved: KeptQuestion, { x, y, series, kind, scale }: Choice): boolean =>
  (scale === undefined || (scale === 'log') === (saved.scale === 'log')) &&
  x === saved.x &&
  y.join('\n') === saved.y.join('\n') &&
  series === saved.series &&
  (kind === undefined || kind === chartKind(saved.kind))

/** A statement with the way in which its answer is shown. */
export interface Asked {
  sql: string
  view: 'table' | 'chart'
  choice?: Choice | undefined
}

/** What the page Query asks and shows for a kept question, or for one that is sent by mail. */
export const askedBy = ({
  sql,
  kind,
  x,
  y,
  series,
  scale,
}: Pick<KeptQuestion, 'sql' | 'kind' | 'x' | 'y' | 'series'> & Partial<Pick<Drawing, 'scale'>>): Asked => ({
  sql,
  view: kind === 'table' ? 'table' : 'chart',
  choice: x ? { x, y, series, kind: chartKind(kind), ...(scale === 'log' ? { scale } : {}) } : undefined,
})

const chartKind = (kind: string | null): ChartKind | undefined =>
  isKind(kind) ? kind : kind === 'fan' ? 'line' : undefined

/** The address of the page Query with a question: its statement, view and columns of the chart. */
export function questionAddress({ sql, view, choice }: Asked): string {
  const text = new URLSearchParams({ sql, view })
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
    onSuccess,
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
