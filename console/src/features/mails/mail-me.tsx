import { Group, NativeSelect, Text, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'

import { FormPopover } from '../../components/form-popover'
import { zone } from '../../formats/moments'
import type { AnswerColumn } from '../../formats/columns'
import { type FigurePanel, isWholeLimit, type Limit, LimitFields, NO_LIMIT } from './limit-fields'
import { MailNow } from './mail-now'
import { MailRows, USUAL_ROWS } from './mail-rows'
import { MailValues, retitled } from './mail-values'
import { boardParameters } from '../dashboards/board-values'
import {
  addressName,
  mistakeOf,
  parametersOf,
  type Values,
  valuesIn,
  valuesOf,
  withDefaults,
} from '../query/parameters'
import { type Result, useResult } from '../query/results'
import type { ShownChart } from '../query/saved-questions'
import {
  dayWords,
  daysOf,
  type Every,
  hourWords,
  limitWords,
  type Mail,
  type MailAsked,
  MAX_TITLE,
  timeWords,
  useMails,
  useScheduleMail,
  USUAL_HOUR,
} from './mails'

interface Props {
  /** What is sent: a question with its chart, or the name of a dashboard. */
  of:
    (ShownChart & Pick<MailAsked, 'sql' | 'kind'>) | { dashboard: string; filters?: Record<string, string[]> }
  /** The title that is proposed. */
  title?: string
  /** The answer of a question, whose figures may have a limit. */
  result?: Result
  /** The panels of a dashboard, whose figures may have a limit. */
  panels?: FigurePanel[]
  /** The scheduled mail that is changed; without one a mail is added. */
  mail?: Mail
  /** Whether it is an alert: it comes on each day on which a figure is beyond a limit. */
  isAlert?: boolean
}

const NO_COLUMNS: AnswerColumn[] = []

/** Characters of the number of an alert, such as ` (2)`. */
const ROOM_FOR_NUMBER = 5

const HOURS = Array.from({ length: 24 }, (_, hour) => ({ value: String(hour), label: hourWords(hour) }))

type Chart = Pick<MailAsked, 'sql' | 'dashboard' | 'kind' | 'x' | 'y' | 'series'>
const NOTHING_SHOWN: Chart = { sql: '', dashboard: '', kind: 'table', x: '', y: [], series: '' }

const EVERY: { value: Every; label: string }[] = [
  { value: 'day', label: 'Every day' },
  { value: 'week', label: 'Every week' },
  { value: 'month', label: 'Every month' },
]

/** Schedules the answers for the person's own address; absent for callers without one, such as a machine. */
export function MailMe({ of, title: proposed = '', result, panels = [], mail, isAlert = false }: Props) {
  const mails = useMails()
  const schedule = useScheduleMail()
  const [typed, setTitle] = useState<string>()
  const [sql, setSql] = useState('sql' in of ? of.sql : '')
  const [filters, setFilters] = useState(() => ('sql' in of ? {} : (of.filters ?? {})))
  const [every, setEvery] = useState<Every>(mail?.every ?? (isAlert ? 'day' : 'week'))
  const [on, setOn] = useState(mail?.on ?? 1)
  const [hour, setHour] = useState(mail?.hour ?? USUAL_HOUR)
  const [timeZone, setTimeZone] = useState(mail?.time_zone ?? zone())
  const [limit, setLimit] = useState(() => (isAlert ? NEW_ALERT : limitOfMail(mail)))
  const usualRows = 'sql' in of ? USUAL_ROWS : 0
  const [rows, setRows] = useState(mail?.rows || usualRows)
  const [file, setFile] = useState(mail?.file ?? 'csv')
  const [refused, setRefused] = useState('')
  const [read, setRead] = useState(sql)
  const answer = useResult(mail && limit.only_if ? read : '')
  const days = daysOf(every)
  const isQuestion = 'sql' in of
  const parameters = isQuestion ? parametersOf(sql) : boardParameters(panels.map((panel) => panel.sql))
  const saved = isQuestion ? valuesOf(parametersOf(of.sql), {}) : valuesAmong(of.filters ?? {})
  const values = isQuestion ? valuesOf(parameters, {}) : valuesAmong(filters)
  const named = retitled(proposed, parameters, saved, values).slice(0, MAX_TITLE)
  const title = typed ?? (isAlert ? freeTitle(named, mails.data?.mails ?? []) : named)
  const zones = [...new Set([timeZone, mail?.time_zone ?? zone(), zone(), 'UTC'])].sort()
  if (!mails.data?.address) return null
  const isTitled = title.trim() !== ''
  const areValues = parameters.every((each) => {
    const value = values[each.name] ?? each.initial
    // The questions of a dashboard may have other defaults.
    return value === undefined ? !isQuestion : mistakeOf(each, value) === ''
  })
  const isComplete = isTitled && areValues && isWholeLimit(limit)
  function setValue(name: string, value: string): void {
    if (isQuestion) setSql(withDefaults(sql, { [name]: value }))
    else setFilters({ ...filters, [addressName(name)]: [value] })
  }
  const asked = {
    ...NOTHING_SHOWN,
    ...of,
    ...(isQuestion ? { sql } : { filters }),
    title: title.trim(),
    every,
    on: days.length > 0 ? on : 0,
    hour,
    time_zone: timeZone,
    ...(limit.only_if ? limit : {}),
    ...(rows === usualRows ? {} : { rows }),
    ...(file === 'csv' ? {} : { file }),
  }
  /** The mail without its times: a refusal is of what is sent, not of when. */
  const content = JSON.stringify([asked.title, of, sql, filters, limit, rows, file])
  const isRefused = refused === content
  async function send(): Promise<string> {
    await schedule.mutateAsync(mail ? { ...asked, replaces: mail.title } : asked)
    const when = `${dayWords(asked)}${timeWords(asked)}${limitWords(asked, panels)}`
    return `${asked.title} is sent ${when}. Before your first mail a message asks you to confirm your address.`
  }
  return (
    <FormPopover
      label={mail ? 'Change' : isAlert ? 'Alert me when …' : 'Send me this by mail'}
      {...(mail ? { name: `Change the mail ${mail.title}` } : {})}
      submit={mail ? 'Save the mail' : isAlert ? 'Save the alert' : 'Schedule the mail'}
      what={isAlert ? 'The alert' : 'The mail'}
      isComplete={isComplete && !isRefused}
      missing={
        isRefused
          ? 'This mail was refused, and the reason is above.'
          : !isTitled
            ? 'Give the mail a title first.'
            : areValues
              ? 'Give the limit a number first.'
              : 'Give each field a value of its kind first.'
      }
      isLarge
      onSubmit={send}
    >
      <TextInput
        size="xs"
        label="Title of the mail"
        description={isTitled ? undefined : 'It needs a title, which is the subject of the mail.'}
        data-autofocus
        maxLength={MAX_TITLE}
        value={title}
        onChange={(event) => setTitle(event.currentTarget.value)}
      />
      {mail && 'sql' in of ? (
        <Textarea
          size="xs"
          label="Question in SQL"
          rows={4}
          resize="vertical"
          spellCheck={false}
          styles={{ input: { fontFamily: 'monospace' } }}
          value={sql}
          onChange={(event) => setSql(event.currentTarget.value)}
          onBlur={() => setRead(sql)}
        />
      ) : null}
      <MailValues parameters={parameters} values={values} onType={setValue} />
      <NativeSelect
        size="xs"
        label="How often"
        data={EVERY}
        value={every}
        onChange={(event) => {
          setEvery(event.currentTarget.value as Every)
          setOn(1)
        }}
      />
      {days.length > 0 ? (
        <NativeSelect
          size="xs"
          label={every === 'week' ? 'Day of the week' : 'Day of the month'}
          data={days}
          value={String(on)}
          onChange={(event) => setOn(Number(event.currentTarget.value))}
        />
      ) : null}
      <Group gap="xs" grow>
        <NativeSelect
          size="xs"
          label="Time of day"
          data={HOURS}
          value={String(hour)}
          onChange={(event) => setHour(Number(event.currentTarget.value))}
        />
        {zones.length > 1 ? (
          <NativeSelect
            size="xs"
            label="Time zone"
            data={zones}
            value={timeZone}
            onChange={(event) => setTimeZone(event.currentTarget.value)}
          />
        ) : null}
      </Group>
      <LimitFields
        columns={(answer.data ?? result)?.columns ?? NO_COLUMNS}
        panels={panels}
        limit={limit}
        onChange={setLimit}
        isAlert={isAlert}
      />
      <MailRows
        rows={rows}
        file={file}
        isOfBoard={!('sql' in of)}
        answer={isQuestion && (mail || sql === of.sql) ? (answer.data ?? result) : undefined}
        onRows={setRows}
        onFile={setFile}
      />
      <MailNow
        key={content}
        asked={asked}
        isComplete={isComplete}
        onRefused={(isNow) => setRefused(isNow ? content : '')}
      />
      <Text size="xs" className="muted">
        To {mails.data.address} within the hour from {hourWords(hour)} {timeZone}.{' '}
        {'sql' in of ? '' : `It has ${boardRows(rows)}.`} Columns about people are left out, also for people
        who see them here, and the mail names them. Before your first mail you are asked by mail (on AWS by
        AWS itself) to confirm the address. A mail of the time before that is not delivered, also not later.
      </Text>
    </FormPopover>
  )
}

/** Which rows of a dashboard are in its mail. */
const boardRows = (rows: number): string =>
  `at most ${rows > 0 ? `${rows} rows of each table` : '20 rows of each table (of a dashboard of the lake three, with four columns)'}: the newest whole periods of a chart over time, the coming ones of a forecast, else the first. A link downloads the rows that it lacks`

/** A new alert, which lacks its figure and its limit. */
const NEW_ALERT: Limit = { ...NO_LIMIT, only_if: 'above' }

/** A title that no mail of the person has: an alert replaces none. */
function freeTitle(proposed: string, mails: readonly Mail[]): string {
  const taken = new Set(mails.map(({ title }) => title))
  const begin = `Alert: ${proposed}`.slice(0, MAX_TITLE - ROOM_FOR_NUMBER)
  for (let at = 2, title = begin; ; at += 1) {
    if (!taken.has(title)) return title
    title = `${begin} (${at})`
  }
}

/** The values of parameters among the filters of a mail. */
const valuesAmong = (filters: Readonly<Record<string, string[]>>): Values =>
  valuesIn(new URLSearchParams(Object.entries(filters).map(([name, [value = '']]) => [name, value])))

/** The limit of a scheduled mail. */
const limitOfMail = (mail: Mail | undefined): Limit =>
  mail?.only_if
    ? {
        only_if: mail.only_if,
        limit_panel: mail.limit_panel ?? '',
        limit_column: mail.limit_column ?? '',
        limit: mail.limit ?? null,
        limit_unit: mail.limit_unit ?? '',
      }
    : NO_LIMIT
