/** The status page in a real browser: what it shows, that it lives, and what can be done with it. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { type Browser, chromium, type Locator, type Page } from 'playwright-core'
import { ServerProcess } from '#test/server-process.ts'
import { WebServer } from '#test/web-server.ts'

const CHROMIUM = '/usr/bin/chromium'
const [PRIMARY, BACKUP] = ['127.0.0.2', '127.0.0.3'] as const
const TIMEOUT = { timeout: 60_000 }
/** Asked for by the page: what is wrong there. */
const POLICY_FAULT = /Content.Security.Policy|Refused to/

const zone = (port: number): string => `zone: page.test
nameservers: { ns1: 127.0.0.1 }
checks:
  web: { type: http, port: ${port}, interval: 500ms, fast-interval: 100ms, timeout: 200ms, fall: 3, rise: 2 }
pools:
  www: { check: web, endpoints: [{ name: primary, address: ${PRIMARY} }, { name: backup, address: ${BACKUP} }] }
  top: { endpoints: [{ name: www, pool: www }, { name: edge, pool: edge }] }
  edge: { policy: all, endpoints: [{ name: here, address: 192.0.2.1 }] }
names:
  www: { pool: www }
  top: { pool: top }
`

describe('the status page', { skip: existsSync(CHROMIUM) ? false : `there is no ${CHROMIUM}` }, () => {
  const stack = new AsyncDisposableStack()
  const faults: string[] = []
  let browser: Browser
  let page: Page
  let primary: WebServer
  let server: ServerProcess
  let pool: Locator

  before(async () => {
    const backup = stack.use(await WebServer.start(BACKUP))
    primary = stack.use(await WebServer.start(PRIMARY, backup.port))
    server = stack.use(await ServerProcess.start({ zones: { 'page.test.yaml': zone(backup.port) } }))
    for (const endpoint of ['primary', 'backup'])
      await server.log(({ msg }) => msg.startsWith(`page.test/www/${endpoint} `) && msg.includes('-> up'))
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    page = await browser.newPage()
    page.on('pageerror', error => faults.push(error.message))
    page.on('console', message => {
      if (POLICY_FAULT.test(message.text())) faults.push(message.text())
    })
    page.on('request', request => {
      if (!request.url().startsWith(server.adminUrl)) faults.push(`asks ${request.url()}`)
    })
    await page.goto(server.adminUrl)
    pool = page.getByRole('article', { name: 'page.test/www' })
  })

  after(async () => {
    await browser?.close()
    await stack.disposeAsync()
    assert.deepEqual(faults, [])
  })

  it('shows what is answered and why, and of each endpoint what its probes see', TIMEOUT, async () => {
    await pool.getByText(PRIMARY).first().waitFor()
    await pool.getByText('first selection').waitFor()
    await pool.getByRole('button', { name: 'Endpoints' }).click()
    const row = pool.getByRole('row', { name: /^primary/ })
    await row.getByText('up').waitFor()
    await row.getByText(/pass: status 200 \(\d+ ms/).waitFor()
    await row.getByRole('img', { name: /latency: last \d+ ms/ }).waitFor()
  })

  it('changes by itself when the answer does', TIMEOUT, async () => {
    await primary.stop()
    await pool.getByText('primary is down: connection refused').waitFor()
    await page.getByRole('listitem').getByText('primary → backup').waitFor()
    await primary.start()
    await page.getByRole('listitem').getByText('backup → primary').waitFor()
  })

  it('decides by keyboard alone, asks before, and shows text as text', TIMEOUT, async () => {
    const reason = '<img src=x onerror=document.title=1>'
    await pool.getByRole('button', { name: 'Decide about primary' }).press('Enter')
    const dialog = page.getByRole('dialog', { name: 'page.test/www/primary' })
    await dialog.waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.type(reason)
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'hidden' })
    await pool.getByText(`drain primary by status page: ${reason}`).waitFor()
    await pool.getByText('primary is drained').waitFor()
    assert.equal(await page.title(), 'Understudy')
  })

  it('says why something is not done', TIMEOUT, async () => {
    await pool.getByRole('button', { name: 'Decide about backup' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Do it' }).click()
    await dialog.getByRole('alert').getByText('backup is the last usable endpoint').waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
    await pool.getByRole('button', { name: 'Decide about primary' }).click()
    await dialog.getByRole('combobox').selectOption('release')
    await dialog.getByRole('button', { name: 'Release' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await pool.getByText('up again and preferred to backup').waitFor()
  })

  it('keeps what is typed while the page goes on changing', TIMEOUT, async () => {
    await pool.getByRole('button', { name: 'Decide about primary' }).click()
    const dialog = page.getByRole('dialog')
    const lasting = dialog.getByRole('textbox', { name: 'For' })
    await lasting.fill('7m')
    await dialog.getByLabel('Reason').fill('typed')
    await primary.stop()
    await pool.getByText('primary is down: connection refused').waitFor()
    await primary.start()
    await pool.getByText('up again and preferred to backup').waitFor()
    assert.equal(await lasting.inputValue(), '7m')
    assert.equal(await dialog.getByLabel('Reason').inputValue(), 'typed')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
  })

  it('drills a pool, tells what the drill sees, and keeps its verdict', TIMEOUT, async () => {
    const drill = pool.getByRole('region', { name: 'Drill of page.test/www' })
    await pool.getByRole('button', { name: 'Drill …' }).press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Drill page.test/www' })
    await dialog.getByLabel('For').fill('5s')
    await dialog.getByLabel('Reason').fill('<b>weekly</b>')
    await dialog.getByRole('button', { name: 'Begin the drill' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await drill.getByText('Drill of primary').waitFor()
    await drill.getByText('by status page: <b>weekly</b>').waitFor()
    await drill.getByText(`this server answers ${BACKUP}`).waitFor()
    await drill.getByText('✓ kept').waitFor()
    await pool.getByText('up again and preferred to backup').waitFor()
  })

  it('ends a drill, and refuses one that nothing could take over from', TIMEOUT, async () => {
    const drill = pool.getByRole('region', { name: 'Drill of page.test/www' })
    await pool.getByRole('button', { name: 'Drill …' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Begin the drill' }).click()
    await drill.getByRole('button', { name: 'End the drill …' }).click()
    await dialog.getByRole('button', { name: 'End it' }).click()
    await drill.getByText('– stopped').waitFor()
    const edge = page.getByRole('article', { name: 'page.test/edge' })
    await edge.getByRole('button', { name: 'Endpoints' }).click()
    await edge.getByRole('button', { name: 'Drill …' }).click()
    await dialog.getByRole('button', { name: 'Begin the drill' }).click()
    await dialog.getByRole('alert').getByText('no other endpoint').waitFor()
    await page.keyboard.press('Escape')
  })

  it('goes on after the server was away', TIMEOUT, async () => {
    server.kill('SIGTERM')
    await page.getByRole('status').getByText('reconnecting').waitFor()
    await server.startAgain()
    await page.getByRole('status').getByText('live').waitFor()
    await pool.getByText(PRIMARY).first().waitFor()
  })

  it('fits a phone, in light and dark', TIMEOUT, async () => {
    await page.setViewportSize({ width: 360, height: 740 })
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      const [wide, shown] = await page.evaluate<[number, number]>(
        '[document.documentElement.scrollWidth, innerWidth]',
      )
      assert.ok(wide <= shown, `${wide} of ${shown} pixels`)
    }
    await pool.getByRole('button', { name: 'Decide about backup' }).click()
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
  })
})
