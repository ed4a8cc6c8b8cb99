import type { Schemas } from '../../api/client'
import { count, figure } from '../../api/format'
import { day } from '../../formats/moments'
import { heading, inSeries } from '../../formats/words'

type Card = Schemas['ModelCardDetail']

/** Names of methods as people read them: `mean_of_8` is "mean of 8". */
export const methodWords = (name: string): string => name.replaceAll('_', ' ')

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
  /** Which values are better; undefined for a figure that is neither good nor bad. */
  better?: 'higher' | 'lower' | undefined
}

/** Figures of statistics, which have the same meaning for every model. */
const METRICS: Readonly<Record<string, Partial<Metric>>> = {
  auc: { meaning: 'how well it ranks: 0.5 is chance, 1 has all in order', better: 'higher' },
  average_precision: { meaning: 'how many of the first ones are right; higher is better', better: 'higher' },
  brier: {
    title: 'Brier score',
    meaning: 'mean squared error of the probability; lower is better',
    better: 'lower',
  },
  calibration_error: {
    meaning: 'distance of expected and observed shares; lower is better',
    better: 'lower',
  },
  ece: { title: 'Calibration error', meaning: 'lower is better', better: 'lower' },
  silhouette: { meaning: 'how far groups lie apart: 1 is clearly, 0 by chance', better: 'higher' },
  stability: { meaning: 'how alike the groups of two samples are: 1 is the same', better: 'higher' },
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
      better: 'higher',
    }
  const first = /(?:^|_)precision_(\d+)$/.exec(metric)?.[1]
  if (first)
    return {
      title: `Share of hits among the first ${first}`,
      meaning: 'higher is better',
      unit: 'share',
      better: 'higher',
    }
  if (metric.endsWith('mape'))
    return { title: 'Mean error', meaning: 'lower is better', unit: 'percent', better: 'lower' }
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
    better: directionOf(metric),
    ...METRICS[metric],
  }
}

function directionOf(metric: string): Metric['better'] {
  if (/(^|_)(mae|loss|cost)(_|$)/.test(metric)) return 'lower'
  return /(^|_)(rank_correlation|earned)(_|$)/.test(metric) ? 'higher' : undefined
}

type MeasuredFigure = Card['figures'][number]

type Verdict = '' | 'better' | 'worse' | 'no difference'

/** Whether a figure is better than that of its rule, as both are shown; empty where none can be. */
export function verdictOf({ metric, value, baseline, note }: MeasuredFigure): Verdict {
  const { better = /\bbelow 1 is better\b/.test(note) ? 'lower' : undefined, unit } = metricWords(metric)
  if (!better || value === null || baseline === null) return ''
  if (figure(value, unit) === figure(baseline, unit)) return 'no difference'
  return value > baseline === (better === 'higher') ? 'better' : 'worse'
}

/** The figures that judge the published method, those of its newest test, and all others: challengers, earlier tests and facts of the fit. */
export function judging(figures: MeasuredFigure[]): { main: MeasuredFigure[]; others: MeasuredFigure[] } {
  const newest = new Map<string, MeasuredFigure>()
  for (const each of figures) {
    const before = newest.get(keyOf(each))
    if (isJudging(each) && (!before || endOf(before) < endOf(each))) newest.set(keyOf(each), each)
  }
  const main = figures.filter((each) => newest.get(keyOf(each)) === each)
  return main.length > 0
    ? { main, others: figures.filter((each) => !main.includes(each)) }
    : { main: figures, others: [] }
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
  (verdictOf(each) !== '' || /coverage/.test(each.metric))

/** What the test says in one sentence; empty where nothing was compared. */
export function verdictSentence(figures: MeasuredFigure[]): string {
  const verdicts = figures.map(verdictOf).filter(Boolean)
  const [first] = verdicts
  if (!first) return ''
  const rules = new Set(figures.map(({ baseline_model: rule }) => rule))
  const rule = rules.size > 1 ? 'the rule named beside each figure' : 'the rule to beat'
  if (verdicts.length === 1)
    return first === 'no difference' ? `There was no difference to ${rule}.` : `It was ${first} than ${rule}.`
  const better = verdicts.filter((verdict) => verdict === 'better').length
  const alike = verdicts.filter((verdict) => verdict === 'no difference').length
  const many = better === verdicts.length ? `all ${better}` : `${better || 'none'} of ${verdicts.length}`
  const rest = alike > 0 ? `; in ${alike} there was no difference` : ''
  return `It was better than ${rule} in ${many} figures of its newest tests${rest}.`
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
  const named = Object.entries(card.methods).map(([column, methods]) => {
    const words = inSeries(methods.map(methodWords))
    const own = methods.length > 1 ? 'Methods, one for each row: ' : 'Method: '
    const subject = Object.keys(card.methods).length > 1 ? `${heading(column)}: ` : own
    return `${subject}${words}.`
  })
  const [recipe, since] = card.unused
  const kept = card.recipe
    ? `The recipe in use is ${methodWords(card.recipe)}. It stays until another one is clearly better at past days.`
    : recipe && since
      ? `A model kept on ${day(since)} (${methodWords(recipe)}) is not in use: the current table was not built with it.`
      : card.is_kept
        ? ''
        : 'Each run fits it again.'
  return [...named, kept].filter(Boolean)
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
