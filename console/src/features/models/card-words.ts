import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { day } from '../../formats/moments'
import { heading, inSeries } from '../../formats/words'

type Card = Schemas['ModelCardDetail']

/** Names of methods as people read them: `mean_of_8` is "mean of 8". */
export const methodWords = (name: string): string => name.replaceAll('_', ' ')

/** A text of a card without the marks of code: a name that has no title is read as words. */
export const textWords = (text: string): string =>
  text.replace(/`([^`]+)`/g, (_, name: string) => (name.startsWith('“') ? name : `“${methodWords(name)}”`))

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
  brier: { title: 'Brier score', meaning: 'mean squared error of the probability; lower is better' },
  calibration_error: { meaning: 'distance of expected and observed shares; lower is better' },
}
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'))
const LOG_LOSS = 'mean loss of the probability; lower is better'

/** How a figure of a test is called and read. */
export function metricWords(metric: string): Metric {
  const coverage = /^coverage_(\d+)$/.exec(metric)?.[1]
  if (coverage)
    return {
      title: `Share of values in the ${coverage} % interval`,
      meaning: `${coverage} % is meant`,
      unit: 'share',
    }
  if (metric.endsWith('mape')) return { title: 'Mean error', meaning: 'lower is better', unit: 'percent' }
  const last = metric.includes('_') ? (metric.split('_').at(-1) ?? '').toUpperCase() : ''
  const currency = CURRENCIES.has(last) ? last : ''
  const isShare = /^share_|_share$/.test(metric)
  return {
    title: heading(metric, currency),
    meaning: metric.startsWith('log_loss') ? LOG_LOSS : '',
    unit: isShare ? 'share' : currency,
    ...METRICS[metric],
  }
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
    const subject = Object.keys(card.methods).length > 1 ? `${heading(column)}: ` : 'Method: '
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

/** From what it was made: the day of the data, and how much it learnt from. */
export function trainingSentences(card: Card): string[] {
  if (!card.as_of)
    return [
      card.missing.length > 0
        ? `The lake has no rows of ${inSeries(card.missing.map((name) => heading(name).toLowerCase()))}, so there are no figures yet. Upload them, then start a run.`
        : 'There are no figures yet. The next run makes them.',
    ]
  const learnt = card.learnt_from
    ? `It learnt from ${count(card.learnt_from, 'row')} with ${count(card.columns.length, 'input')}: ${inSeries(card.columns.map(methodWords))}.`
    : ''
  const shifted = card.shifted.length
    ? `These inputs have changed since: ${inSeries(card.shifted.map(methodWords))}.`
    : ''
  return [`Data up to ${day(card.as_of)}.`, learnt, shifted].filter(Boolean)
}
