import { NativeSelect, Text, TextInput } from '@mantine/core'
import { useState } from 'react'

import { FormPopover } from '../../components/form-popover'
import { clockTime } from '../../formats/moments'
import type { AnswerColumn } from '../../formats/columns'
import { type FigurePanel, isWholeLimit, LimitFields, NO_LIMIT } from './limit-fields'
import { MailNow } from './mail-now'
import type { ShownChart } from '../query/saved-questions'
import {
  dayWords,
  daysOf,
  type Every,
  limitWords,
  type MailAsked,
  MAX_TITLE,
  useMails,
  useScheduleMail,
} from './mails'

interface Props {
  /** What is sent: a question with its chart, or the name of a dashboard. */
  of:
    (ShownChart & Pick<MailAsked, 'sql' | 'kind'>) | { dashboard: string; filters?: Record<string, string[]> }
  /** The title that is proposed. */
  title?: string
  /** The columns of a question's answer, whose figures may have a limit. */
  columns?: AnswerColumn[]
  /** The panels of a dashboard, whose figures may have a limit. */
  panels?: FigurePanel[]
}

const NO_COLUMNS: AnswerColumn[] = []

/** 06:00 UTC, when a lake sends its report and the mails unless it states another time. */
const SENT_AT = Date.UTC(2026, 0, 1, 6)

/** Which day a moment is on where the person is, if that is not its day in UTC. */
function otherDayWords(at: number): string {
  const [here, utc] = [new Date(at).getDate(), new Date(at).getUTCDate()]
  return here === utc ? '' : (here - utc + 31) % 31 === 1 ? ' on the next day' : ' on the day before'
}

type Chart = Pick<MailAsked, 'sql' | 'dashboard' | 'kind' | 'x' | 'y' | 'series'>
const NOTHING_SHOWN: Chart = { sql: '', dashboard: '', kind: 'table', x: '', y: [], series: '' }

const EVERY: { value: Every; label: string }[] = [
  { value: 'day', label: 'Every day' },
  { value: 'week', label: 'Every week' },
  { value: 'month', label: 'Every month' },
]

/** Schedules the answers for the person's own address; absent for callers without one, such as a machine. */
export function MailMe({ of, title: proposed = '', columns = NO_COLUMNS, panels = [] }: Props) {
  const mails = useMails()
  const schedule = useScheduleMail()
  const [title, setTitle] = useState(proposed)
  const [every, setEvery] = useState<Every>('week')
  const [on, setOn] = useState(1)
  const [limit, setLimit] = useState(NO_LIMIT)
  const [refused, setRefused] = useState('')
  const days = daysOf(every)
  if (!mails.data?.address) return null
  const isTitled = title.trim() !== ''
  const isComplete = isTitled && isWholeLimit(limit)
  const asked = {
    ...NOTHING_SHOWN,
    title: title.trim(),
    every,
    on: days.length > 0 ? on : 0,
    ...of,
    ...(limit.only_if ? limit : {}),
  }
  /** The mail without its days: a refusal is of what is sent, not of when. */
  const content = JSON.stringify([asked.title, of, limit])
  const isRefused = refused === content
  async function send(): Promise<string> {
    await schedule.mutateAsync(asked)
    return `${asked.title} is sent ${dayWords(asked)}${limitWords(asked, panels)}. Before your first mail a message asks you to confirm your address.`
  }
  return (
    <FormPopover
      label="Send me this by mail"
      submit="Schedule the mail"
      what="The mail"
      isComplete={isComplete && !isRefused}
      missing={
        isRefused
          ? 'This mail was refused, and the reason is above.'
          : isTitled
            ? 'Give the limit a number first.'
            : 'Give the mail a title first.'
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
      <LimitFields columns={columns} panels={panels} limit={limit} onChange={setLimit} />
      <MailNow
        key={content}
        asked={asked}
        isComplete={isComplete}
        onRefused={(isNow) => setRefused(isNow ? content : '')}
      />
      <Text size="xs" className="muted">
        To {mails.data.address} at 06:00 UTC, which is {clockTime(SENT_AT)}
        {otherDayWords(SENT_AT)} your time, unless an operator chose another time for the daily report.{' '}
        {'sql' in of
          ? 'It has at most 20 rows: the newest whole periods if the rows are in the order of time, else the first.'
          : 'It has at most 20 rows of each table (of a dashboard of the lake three, with four columns): the newest whole periods of a chart over time, the coming ones of a forecast, else the first.'}{' '}
        Columns about people are left out, also for people who see them here, and the mail names them. Before
        your first mail you are asked by mail (on AWS by AWS itself) to confirm the address; without that none
        is sent.
      </Text>
    </FormPopover>
  )
}
