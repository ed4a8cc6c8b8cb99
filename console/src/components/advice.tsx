import { Anchor, Button, Code, CopyButton, Text } from '@mantine/core'
import { Fragment } from 'react'

import { type Deed, deedOf, partsOf } from '../api/commands'
import { useMay } from '../api/queries'
import { useStartRun } from '../features/lake/queries'
import { StartRun } from '../features/lake/start-run'
import { capitalised } from '../formats/words'

/** A text of the API: a command becomes the link or the button that does the same. One of who deploys the lake can be copied. */
export function Advice({ text }: { text: string }) {
  return partsOf(text).map((part, place, parts) => {
    const before = place === 0 ? '' : (parts[place - 1]?.text ?? '')
    return (
      <Fragment key={place}>
        {part.isCommand ? <Command command={part.text} isFirst={ENDS_BEFORE.test(before)} /> : part.text}
      </Fragment>
    )
  })
}

/** What stands before the first word of a sentence. */
const ENDS_BEFORE = /(^|[.?!])\s*$/

function Command({ command, isFirst }: { command: string; isFirst: boolean }) {
  const deed = deedOf(command)
  if (!deed) return <Copied command={command} />
  if ('only' in deed) return <StartHere {...deed} />
  return (
    <Anchor inherit href={deed.href}>
      {isFirst ? capitalised(deed.words) : deed.words}
    </Anchor>
  )
}

function StartHere({ only, isFull = false }: Extract<Deed, { only: string }>) {
  const may = useMay('operator')
  const start = useStartRun()
  if (!may) return only ? `A run of ${only} by an operator` : 'A run by an operator'
  return (
    <>
      <StartRun
        start={start}
        size="compact-xs"
        only={only}
        isFull={isFull}
        label={isFull ? 'Start a full run' : only ? `Build ${only}` : 'Start a run'}
      />
      {start.error ? (
        <Text span inherit c="red">
          The run could not be started: {start.error.message}
        </Text>
      ) : null}
    </>
  )
}

function Copied({ command }: { command: string }) {
  return (
    <CopyButton value={command}>
      {({ copied, copy }) => (
        <>
          <Code style={{ overflowWrap: 'anywhere' }}>{command}</Code> (for the person who deploys the lake){' '}
          <Button size="compact-xs" variant="default" onClick={copy} aria-label={`Copy ${command}`}>
            {copied ? 'Copied' : 'Copy'}
          </Button>
        </>
      )}
    </CopyButton>
  )
}
