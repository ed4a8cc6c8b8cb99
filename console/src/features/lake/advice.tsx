import { Anchor, Button, Code, CopyButton } from '@mantine/core'
import { Fragment } from 'react'

import { fileShownBy, partsOf, runShownBy, startsARun } from '../../api/commands'
import { useMay, useStartRun } from '../../api/queries'
import { Failed } from '../../components/states'
import { StartRun } from './start-run'

/** A text of the API: a command becomes the link or the button that does the same, and without one it can be copied. */
export function Advice({ text }: { text: string }) {
  return partsOf(text).map((part, place) => (
    <Fragment key={place}>{part.isCommand ? <Command command={part.text} /> : part.text}</Fragment>
  ))
}

function Command({ command }: { command: string }) {
  const may = useMay('operator')
  const run = runShownBy(command)
  if (run)
    return (
      <Anchor inherit href={`#/runs/${encodeURIComponent(run)}`}>
        Run {run}
      </Anchor>
    )
  const file = fileShownBy(command)
  if (file)
    return (
      <Anchor inherit href={`#/lake?name=${encodeURIComponent(file)}`}>
        its page
      </Anchor>
    )
  return may && startsARun(command) ? <StartHere /> : <Copied command={command} />
}

function StartHere() {
  const start = useStartRun()
  return (
    <>
      <StartRun start={start} size="compact-xs" />
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
