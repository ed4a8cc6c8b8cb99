import { Anchor, Button, Text } from '@mantine/core'
import { Link } from 'react-router'

import { Panel } from '../../components/panel'
import { Failed } from '../../components/states'
import { UndoNote, useUndo } from '../../components/undo-note'
import { askedBy, questionAddress, useKeptQuestions } from '../query/saved-questions'
import { OWN_BOARD } from '../dashboards/board-draft'
import { useDashboards } from '../dashboards/queries'
import { type FigurePanel, figurePanelOf } from './limit-fields'
import { MailMe } from './mail-me'
import { dayWords, limitWords, type Mail, timeWords, useMails, useScheduleMail, useStopMail } from './mails'

interface Props {
  /** Whether only mails with a limit are listed, which are alerts. */
  isOfAlerts?: boolean
}

/** The mails that a person scheduled, each with the way to its page, its form and the button that stops it. */
export function MailList({ isOfAlerts = false }: Props) {
  const mails = useMails()
  const stop = useStopMail()
  const again = useScheduleMail()
  const undo = useUndo()
  const panelsOf = usePanelsOf()
  const scheduled = (mails.data?.mails ?? []).filter(({ only_if: side }) => side || !isOfAlerts)
  if (scheduled.length === 0 && !undo.done) return null
  function stopIt({ at, ...mail }: Mail): void {
    void at
    stop.mutate(mail.title, {
      onSuccess: () => undo.offer(`The mail “${mail.title}” is stopped.`, () => again.mutate(mail)),
    })
  }
  return (
    <Panel title={`${isOfAlerts ? 'Your own alerts, by mail' : 'Mails'} to ${mails.data?.address ?? ''}`}>
      <UndoNote undo={undo} />
      {again.error ? <Failed error={again.error} what="The mail" isAction /> : null}
      {stop.error ? <Failed error={stop.error} what="The mail" isAction /> : null}
      <ul className="history" aria-label="Mails">
        {scheduled.map((mail) => (
          <li key={mail.title}>
            <Anchor size="sm" component={Link} to={pageOf(mail)} className="any-text">
              {mail.title}
            </Anchor>{' '}
            <Text size="sm" span className="muted">
              {dayWords(mail)}
              {timeWords(mail)}
              {limitWords(mail, panelsOf(mail))}
            </Text>{' '}
            <MailMe
              key={JSON.stringify(mail)}
              mail={mail}
              of={contentOf(mail)}
              title={mail.title}
              panels={panelsOf(mail)}
            />
            <Button
              size="compact-xs"
              variant="subtle"
              color="gray"
              aria-label={`Stop the mail ${mail.title}`}
              onClick={() => stopIt(mail)}
            >
              Stop
            </Button>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

/** The panels of the dashboard of a mail, whose limit names one of them. */
function usePanelsOf(): (mail: Mail) => FigurePanel[] {
  const boards = useDashboards().data?.dashboards
  const { questions } = useKeptQuestions()
  return ({ dashboard }) =>
    dashboard === OWN_BOARD
      ? questions.filter(({ is_pinned: isOnIt }) => isOnIt).map(figurePanelOf)
      : (boards?.find(({ system }) => system === dashboard)?.panels ?? [])
}

/** What a mail sends, in the form in which its page asks for it. */
function contentOf({ sql, dashboard, filters, kind, x = '', y = [], series = '', ...drawn }: Mail) {
  if (dashboard) return { dashboard, filters: filters ?? {} }
  const { scale, form, is_stacked } = drawn
  return { sql, kind: kind ?? 'table', x, y, series, scale, form, is_stacked }
}

function pageOf(mail: Mail): string {
  if (!mail.dashboard) return questionAddress(askedBy(mail))
  const pairs = Object.entries(mail.filters ?? {}).flatMap(([name, values]) =>
    values.map((value) => [name, value]),
  )
  const chosen = new URLSearchParams(pairs).toString()
  return `/dashboards/${mail.dashboard}${chosen ? `?${chosen}` : ''}`
}
