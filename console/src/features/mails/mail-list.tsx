import { Anchor, Button, Text } from '@mantine/core'
import { Link } from 'react-router'

import { Panel } from '../../components/panel'
import { Failed } from '../../components/states'
import { askedBy, questionAddress } from '../query/saved-questions'
import { dayWords, type Mail, useMails, useStopMail } from './mails'

/** The mails that a person scheduled, each with the way to its page and the button that stops it. */
export function MailList() {
  const mails = useMails()
  const stop = useStopMail()
  const scheduled = mails.data?.mails ?? []
  if (scheduled.length === 0) return null
  return (
    <Panel title={`Mails to ${mails.data?.address ?? ''}`}>
      {stop.error ? <Failed error={stop.error} what="The mail" isAction /> : null}
      <ul className="history" aria-label="Mails">
        {scheduled.map((mail) => (
          <li key={mail.title}>
            <Anchor size="sm" component={Link} to={pageOf(mail)} className="any-text">
              {mail.title}
            </Anchor>{' '}
            <Text size="sm" span className="muted">
              {dayWords(mail)}
            </Text>{' '}
            <Button
              size="compact-xs"
              variant="subtle"
              color="gray"
              aria-label={`Stop the mail ${mail.title}`}
              onClick={() => stop.mutate(mail.title)}
            >
              Stop
            </Button>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

const pageOf = (mail: Mail): string =>
  mail.dashboard ? `/dashboards/${mail.dashboard}` : questionAddress(askedBy(mail))
