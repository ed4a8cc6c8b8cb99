import { Anchor, Button, Code, CopyButton } from '@mantine/core'
import { Fragment } from 'react'

import { deedOf, partsOf } from '../../api/commands'
import { useMay } from '../../api/queries'
import { useStartRun } from './queries'
import { Failed } from '../../components/states'
import { StartRun } from './start-run'

/** A text of the API: a command becomes the link or the button that does the same. One of who deploys the lake can be copied. */
export function Advice({ text }: { text: string }) {
  return partsOf(text).map((part, place) => (
    <Fragment key={place}>{part.isCommand ? <Command command={part.text} /> : part.text}</Fragment>
  ))
}

function Command({ command }: { command: string }) {
  const deed = deedOf(command)
  if (!deed) return <Copied command={command} />
  if ('only' in deed) return <StartHere only={deed.only} />
  return (
    <Anchor inherit href={deed.href}>
      {deed.words}
    </Anchor>
  )
}

function StartHere({ only }: { only: string }) {
  const may = useMay('operator')
  const start = useStartRun()
  if (!may) return only ? `A run of ${only} by an operator` : 'A run by an operator'
  return (
    <>
      <StartRun start={start} size="compact-xs" only={only} label={only ? `Build ${only}` : 'Start a run'} />
      {start.error ? <Failed error={start.error} what="The new run" isAction /> : null}
    </>
  )
}

function Copied({ command }: { command: string }) {
  return (
    <CopyButton value={command}>
      {({ copied, copy }) => (
        <>
          <Code style={{ overflowWrap: 'anywhere' }}>{command}</Code>{' '}
          <Button size="compact-xs" variant="default" onClick={copy} aria-label={`Copy ${command}`}>
            {copied ? 'Copied' : 'Copy'}
          </Button>
        </>
      )}
    </CopyButton>
  )
}
