# Sign-in, accounts, log of changes.

menu-system = Administration

login-title = Sign in to Shanhai
login-name = Login
login-password = Password
login-button = Sign in
login-wrong = Login or password are wrong; enter them again
login-too-many = Too many attempts; sign in again in { $seconds } s
login-signed-out = You are signed out

me-title = My account
me-password = Change password
me-present = Present password
me-present-wrong = This is not the present password
me-new = New password
me-password-button = Change password
me-password-done = Password changed; you are signed out everywhere else

users-title = Accounts and roles
users-new = New account
users-search = Login, name or organisation
users-none = No account matches
user-login = Login
user-login-hint = 2 to 64 small letters, digits or . - _ @
user-login-wrong = A login takes 2 to 64 small letters, digits or . - _ @
user-login-taken = This login is taken; choose another
user-name = Name
user-name-missing = Fill this in
user-name-long = 100 characters at most
user-organisation = Organisation
user-password = First password
user-password-new = New password
user-password-hint = At least 10 characters, without the login
user-password-short = { $missing ->
    [one] 1 character is missing
   *[other] { $missing } characters are missing
}
user-password-long = 128 characters at most
user-password-login = Leave the login out of the password
user-password-button = Set password
user-password-set = Password set; the account is signed out everywhere
user-roles = Roles and scopes
user-no-roles = No roles yet: only public content can be seen
user-role = Role
user-role-missing = Choose a role
user-scope = Scope
user-scope-code = Code of the region or organisation
user-scope-hint = For a region its six-digit division code, such as 440300; leave it empty for everything
user-scope-wrong = A region needs its six-digit division code, an organisation its code
scope-everywhere = Everything
scope-region = One region
scope-organisation = One organisation
user-grant = Give a role
user-grant-button = Give
user-granted = Role given; it holds from the next page on
user-revoke = Take away
user-revoked = Role taken away; it holds at once
user-state = State
user-state-active = Active
user-state-disabled = Disabled
user-signed-in = Last sign-in
user-created-at = Opened
user-create = Open account
user-created = Account opened
user-disable = Disable account
user-disabled = Account disabled and signed out everywhere
user-enable = Enable again
user-enabled = Account enabled again
problem-own-account = You cannot disable yourself or give up managing accounts
problem-own-account-advice = Ask another administrator, so that somebody is left who can manage accounts.

audit-title = Audit log
audit-none = No entry matches
audit-at = Time
audit-day = Day
audit-actor = By
audit-action = Action
audit-object = Object
audit-object-id = Object number
audit-object-name = Name
audit-all-changes = All changes
audit-by-command-line = Command line
audit-by-demo = Demonstration
audit-by-install = Installation
audit-by-jobs = Background jobs
audit-by-start = Start of the program
audit-changes = Changes
audit-reason = Reason
audit-reason-needed = State why you need to see this
audit-trace = Reference
audit-export = Export CSV
audit-action-sign-in = Signed in
audit-action-create-user = Opened account
audit-action-grant-role = Gave role
audit-action-revoke-role = Took role away
audit-action-set-password = Set password
audit-action-disable-user = Disabled account
audit-action-enable-user = Enabled account
audit-action-unmask = Saw masked details
audit-object-user = Account

cli-user-added = Account { $login } made ({ $role })
cli-user-password-set = Account { $login } has a new password; its sessions have ended
cli-user-password = Password: { $password }
    It is shown this once. Change it under “My account” after signing in.
cli-user-unknown = There is no such account
