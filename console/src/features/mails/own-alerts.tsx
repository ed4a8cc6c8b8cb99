import { Anchor, Group, NativeSelect, Text } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'react-router'

import type { Schemas } from '../../api/client'
import { MailList } from './mail-list'
import { MailMe } from './mail-me'
import { useMails } from './mails'

/** The alerts that a person wrote, and the form of a new one on a figure of a dashboard; nothing for callers without an address. */
export function OwnAlerts({ boards }: { boards: Schemas['Dashboard'][] }) {
  const mails = useMails()
  const [system, setSystem] = useState('')
  const board = boards.find((each) => each.system === system) ?? boards[0]
  if (!mails.data?.address) return null
  return (
    <>
      <MailList isOfAlerts />
      {board ? (
        <Group align="end" gap="xs">
          <NativeSelect
            size="xs"
            label="Write an alert on a figure of"
            data={boards.map(({ system: value, title: label }) => ({ value, label }))}
            value={board.system}
            onChange={(event) => setSystem(event.currentTarget.value)}
          />
          <MailMe
            key={board.system}
            isAlert
            of={{ dashboard: board.system }}
            title={board.title}
            panels={board.panels}
          />
        </Group>
      ) : null}
      <Text size="xs" className="muted">
        For any other figure, ask for it on the page{' '}
        <Anchor inherit component={Link} to="/query">
          Query
        </Anchor>{' '}
        and choose <b>Alert me when …</b> there. An alert of yours comes to you by mail; alerts for everybody
        are part of the dashboard files in the lake project.
      </Text>
    </>
  )
}
