import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'

import { read, type Schemas } from '../../api/client'
import { figureInFull } from '../../api/format'
import { WEEKDAYS, zone } from '../../formats/moments'
import { heading } from '../../formats/words'
import type { ChartDrawing } from '../query/chart-choice'

export type Mail = Schemas['Mail']
/** A mail as the API takes it; a chart that is drawn in the usual way states nothing of it. */
export type MailAsked = Omit<Schemas['MailAsked'], keyof ChartDrawing | OptionalPart> &
  Partial<ChartDrawing & Pick<Schemas['MailAsked'], OptionalPart>>
/** What a mail may lack: a limit, a number of rows, the kind of its file, and the title of the mail that it changes. */
type OptionalPart =
  'replaces' | 'rows' | 'file' | 'only_if' | 'limit_panel' | 'limit_column' | 'limit' | 'limit_unit'
export type Every = Mail['every']

const PATH = '/v1/mails'
const KEY = ['mails']
const LAST_DAY = 28
/** The most characters of the title of a mail. */
export const MAX_TITLE = 120

/** When a mail is sent, in words. */
export function dayWords({ every, on }: Pick<Mail, 'every' | 'on'>): string {
  if (every === 'day') return 'every day'
  return every === 'week' ? `every ${WEEKDAYS[on - 1] ?? ''}` : `on day ${on} of every month`
}

/** When a mail is sent unless a person chooses another hour. */
export const USUAL_HOUR = 6

/** An hour of the day, `06:00`. */
export const hourWords = (hour: number): string => `${String(hour).padStart(2, '0')}:00`

/** The hour of a mail in words, which follow those of its day; the person's own time zone is not named. */
export const timeWords = ({ hour = USUAL_HOUR, time_zone: own = 'UTC' }: Partial<Mail>): string =>
  ` at ${hourWords(hour)}${own === zone() ? '' : ` ${own}`}`

/** The days that a mail can be sent on; none for every day. */
export function daysOf(every: Every): { value: string; label: string }[] {
  if (every === 'day') return []
  const names = every === 'week' ? WEEKDAYS : Array.from({ length: LAST_DAY }, (_, at) => String(at + 1))
  return names.map((label, at) => ({ value: String(at + 1), label }))
}

/** What is known of a panel whose figure has a limit. */
export type LimitedPanel = Pick<Schemas['Panel'], 'name' | 'question' | 'kind'>

/** The limit of a mail in words, which follow those of its day; empty without one. A panel has the words of its question, and of several measures the one that is watched. */
export function limitWords(
  {
    only_if: side,
    limit_unit: unit,
    limit,
    limit_panel: name = '',
    limit_column: column = '',
  }: Partial<Mail>,
  panels: LimitedPanel[] = [],
): string {
  if (!side) return ''
  const panel = panels.find((each) => each.name === name)
  const measure = heading(column, unit)
  const figure = !name
    ? measure
    : panel?.kind === 'kpi'
      ? panel.question
      : `${panel?.question ?? heading(name)} (${measure})`
  return `, only if ${figure} is ${side} ${figureInFull(limit, unit ?? '')}`
}

/** The mails of the caller, and the address that gets them. */
export const useMails = () => useQuery({ queryKey: KEY, queryFn: () => read<Schemas['Mails']>(PATH) })

export const useScheduleMail = () =>
  useChange((body: MailAsked) => read<Schemas['Mails']>(PATH, { method: 'PUT', body }))

export const useStopMail = () =>
  useChange((title: string) => read<Schemas['Mails']>(PATH, { method: 'DELETE', query: { title } }))

function useChange<Asked>(mutationFn: (asked: Asked) => Promise<Schemas['Mails']>) {
  const queries = useQueryClient()
  return useMutation({ mutationFn, onSuccess: (mails) => queries.setQueryData(KEY, mails) })
}

const MAX_WAIT_MS = 120_000

/**
 * A mail as it is sent now, or sent (`send`). The API waits for answers for some seconds; then the same request
 * continues, for two minutes at most. `onProgress` gets the mail that is not ready, with the number of its answers
 * that are and the question that it waits for.
 */
export async function writtenMail(
  deed: 'preview' | 'send',
  asked: MailAsked,
  onProgress: (mail: Schemas['MailShown']) => void,
  signal: AbortSignal,
): Promise<Schemas['MailShown']> {
  const headers = { 'idempotency-key': crypto.randomUUID() }
  const until = performance.now() + MAX_WAIT_MS
  for (;;) {
    const mail = await read<Schemas['MailShown']>(`/v1/mails/${deed}`, {
      method: 'POST',
      body: asked,
      headers,
      signal,
    })
    if (mail.is_ready) return mail
    if (performance.now() >= until) throw new Error(tooLongWords(mail))
    onProgress(mail)
  }
}

const tooLongWords = ({ waits_for: question }: Schemas['MailShown']): string =>
  `The answer to “${question}” was not ready after 2 minutes. Run it on the page Query to see how long it takes; a scheduled mail has more time.`
