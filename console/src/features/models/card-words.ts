import type { Schemas } from '../../api/client'
import { count, figure } from '../../api/format'
import { day } from '../../formats/moments'
import { heading, inSeries } from '../../formats/words'

type Card = Schemas['ModelCardDetail']

/** Names of methods as people read them: as the card has them in words, else `mean_of_8` is "mean of 8". */
export const methodWords = (name: string, names: Card['names'] = {}): string =>
  names[name] ?? name.replaceAll('_', ' ')

/** A text of a card without the marks of code: a name between them is read by its title, or as words. */
export const textWords = (text: string, titled: (name: string) => string = (name) => name): string =>
  text.replace(/`([^`]+)`/g, (_, marked: string) => {
    const title = titled(marked)
    return title.startsWith('“') ? title : `“${methodWords(marked)}”`
  })

interface Metric {
  title: string
  /** What it measures, and which values are good. */
  meaning: string
  unit: string
}

/** Figures of statistics, which have the same meaning for every model. */
const METRICS: Readonly<Record<string, Partial<Metric>>> = {
  auc: { meaning: 'how well it ranks: 0.5 is chance, 1 has all in order' },
  average_precision: { meaning: 'how many of the first ones are right; higher is better' },
  brier: {
    title: 'Brier score',
    meaning: 'mean squared error of the probability; lower is better',
  },
  calibration_error: {
    meaning: 'distance of expected and observed shares; lower is better',
    unit: 'percentage points',
  },
  ece: { title: 'Calibration error', meaning: 'lower is better', unit: 'percentage points' },
  silhouette: { meaning: 'how far groups lie apart: 1 is clearly, 0 by chance' },
  stability: { meaning: 'how alike the groups of two samples are: 1 is the same' },
}
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'))
const LOG_LOSS = 'mean loss of the probability; lower is better'

/** How a figure of a test is called and read. */
export function metricWords(metric: string): Metric {
  const daily = /^daily_(.+)$/.exec(metric)?.[1]
  if (daily) {
    const each = metricWords(daily)
    return { ...each, title: `${each.title}, day by day` }
  }
  const coverage = /^coverage_(\d+)$/.exec(metric)?.[1]
  if (coverage)
    return {
      title: `Share of values in the ${coverage} % interval`,
      meaning: `${coverage} % is meant`,
      unit: 'share',
    }
  const ofDay = /(?:^|_)card_precision_(\d+)$/.exec(metric)?.[1]
  if (ofDay)
    return {
      title: `Hits among the first ${ofDay} of each day`,
      meaning: `as a share of ${ofDay}, so a day with 2 hits to find has at most ${figure(2 / Number(ofDay), 'share')}; higher is better`,
      unit: 'share',
    }
  const first = /(?:^|_)precision_(\d+)$/.exec(metric)?.[1]
  if (first)
    return {
      title: `Share of hits among the first ${first}`,
      meaning: 'higher is better',
      unit: 'share',
    }
  if (metric.endsWith('mape')) return { title: 'Mean error', meaning: 'lower is better', unit: 'percent' }
  return commonWords(metric)
}

/** A figure without a meaning of its own, by the parts of its name. */
function commonWords(metric: string): Metric {
  const last = metric.includes('_') ? (metric.split('_').at(-1) ?? '').toUpperCase() : ''
  const ofError = /_mae_([a-z]{3})(_|$)/.exec(metric)?.[1]?.toUpperCase() ?? ''
  const currency = [last, ofError].find((code) => CURRENCIES.has(code)) ?? ''
  const isShare = /^share_|_share$|(^|_)interval_coverage/.test(metric)
  const name = metric.replace(/_mae(?=_|$)/, '_mean_error').replace(`_${currency.toLowerCase()}_`, '_')
  return {
    title: heading(name, currency),
    meaning: metric.startsWith('log_loss') ? LOG_LOSS : '',
    unit: isShare ? 'share' : currency,
    ...METRICS[metric],
  }
}

type MeasuredFigure = Card['figures'][number]

/** How a figure is called and read: as its card declares it, else by the parts of its name. */
export function figureWords({ metric, title, unit }: MeasuredFigure): Metric {
  const words = metricWords(metric)
  return { title: title || words.title, meaning: title ? '' : words.meaning, unit: unit || words.unit }
}

/** The figures that judge the published method, and all others: challengers, earlier tests and facts of the fit. A card declares them; of one that does not they are those of its newest test. */
export function judging(figures: MeasuredFigure[]): { main: MeasuredFigure[]; others: MeasuredFigure[] } {
  const declared = figures.filter((each) => each.is_main)
  const main = declared.length > 0 ? declared : newestOf(figures)
  return main.length > 0
    ? { main, others: figures.filter((each) => !main.includes(each)) }
    : { main: figures, others: [] }
}

function newestOf(figures: MeasuredFigure[]): MeasuredFigure[] {
  const newest = new Map<string, MeasuredFigure>()
  for (const each of figures) {
    const before = newest.get(keyOf(each))
    if (isJudging(each) && (!before || endOf(before) < endOf(each))) newest.set(keyOf(each), each)
  }
  return figures.filter((each) => newest.get(keyOf(each)) === each)
}

const keyOf = ({ model, metric, baseline_model: rule, note }: MeasuredFigure): string =>
  `${model} ${metric} ${rule} ${periodsOf(note)[0]}`

/** Of which periods a figure is, if its note begins so, and the rest of the note: a mean and the newest one are two figures. */
export function periodsOf(note: string): [string, string] {
  const [begin = '', periods = ''] = /^((?:mean|newest) of \d+ periods)(?:; )?/.exec(note) ?? []
  return [periods, note.slice(begin.length)]
}
const endOf = ({ period }: MeasuredFigure): string => period.split('/').at(-1) ?? ''

const isJudging = (each: MeasuredFigure): boolean =>
  each.baseline !== null &&
  !each.note.startsWith('challenger') &&
  !each.metric.startsWith('daily_') &&
  !/(^|_)card_precision_\d+$/.test(each.metric) &&
  !each.metric.endsWith(each.baseline_model || ' ') &&
  each.verdict !== ''

/** What the tests say in one sentence, a number for each verdict; empty where nothing was compared. */
export function verdictSentence(figures: MeasuredFigure[]): string {
  const verdicts = figures.map(({ verdict }) => verdict).filter(Boolean)
  const numbers = [...new Set(verdicts)].map(
    (verdict) => `${verdict} in ${verdicts.filter((each) => each === verdict).length}`,
  )
  if (numbers.length === 0) return ''
  return `Verdicts of its ${count(verdicts.length, 'newest test')}: ${inSeries(numbers)}.`
}

/** Days from an ISO 8601 interval; any other text stays. */
export function periodWords(period: string): string {
  const [from, until] = period.split('/')
  if (period === 'fit') return 'the days that it learnt from'
  if (!from || !until || !/^\d{4}-\d\d-\d\d$/.test(from)) return period
  return from === until ? day(from) : `${day(from)} to ${day(until)}`
}

/** By which method the current figures are made, a sentence each. */
export function methodSentences(card: Card): string[] {
  const named = Object.entries(card.methods)
    .filter(([, methods]) => methods.some((name) => name !== card.recipe))
    .map(([column, methods]) => {
      const words = inSeries(methods.map((name) => methodWords(name, card.names)))
      const own = methods.length > 1 ? 'Methods, one for each row: ' : 'Method: '
      const subject = Object.keys(card.methods).length > 1 ? `${heading(column)}: ` : own
      return `${subject}${words}.`
    })
  const [recipe, since] = card.unused
  const kept = card.recipe
    ? `The recipe in use is ${methodWords(card.recipe, card.names)}. It stays until another one is clearly better at past days.`
    : recipe && since
      ? `A model kept on ${day(since)} (${methodWords(recipe, card.names)}) is not in use: the current table was not built with it.`
      : card.is_kept
        ? ''
        : card.method.length > 0
          ? ''
          : 'Each run fits it again.'
  return [...card.method, ...named, kept].filter(Boolean)
}

/** More inputs than a sentence can list are folded. */
const MAX_LISTED_INPUTS = 10
export const isFolded = (card: Card): boolean => card.columns.length > MAX_LISTED_INPUTS
export const inputsOf = (card: Card): string => inSeries(card.columns.map(inputWords))

const DAYS = /_(\d+)d(?=_|$)/

/** An input as people read it: `mean_7d` is "mean (7 days)". */
const inputWords = (name: string): string => {
  const days = Number(DAYS.exec(name)?.[1] ?? 0)
  const words = methodWords(name.replace(DAYS, ''))
  return days ? `${words} (${count(days, 'day')})` : words
}

/** From what it was made: the day of the data, and how much it learnt from. */
export function trainingSentences(card: Card): string[] {
  if (!card.as_of)
    return [
      card.missing.length > 0
        ? `The lake has no rows of ${inSeries(card.missing.map((name) => heading(name).toLowerCase()))}, so there are no figures yet. Upload them, then start a run.`
        : 'There are no figures yet. The next run makes them.',
    ]
  const learnt = card.learnt_from
    ? `It learnt from ${count(card.learnt_from, 'row')} with ${count(card.columns.length, 'input')}${isFolded(card) ? '' : `: ${inputsOf(card)}`}.`
    : ''
  const shifted = card.shifted.length
    ? `These inputs have changed since: ${inSeries(card.shifted.map(inputWords))}.`
    : ''
  return [`Data up to ${day(card.as_of)}.`, learnt, shifted].filter(Boolean)
}
