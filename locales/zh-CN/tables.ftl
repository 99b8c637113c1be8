# 表格导入：各种表共用的说法。

table-template = 下载空白表
table-earlier = 以前的导入
table-none = 还没有导入过。
table-done = 已导入 { $count } 行
table-go-on = 接着导入
table-confirmed = 已开始导入
table-discarded = 已放弃，没有写入任何内容
table-checking = 正在校验
table-posting = 正在写入
table-state-uploaded = 正在校验
table-state-checked = 待确认
table-state-failed = 读不了
table-state-posting = 正在写入
table-state-posted = 已导入
table-state-discarded = 已放弃
table-classes = 分类统计（行）
table-notices = 照样导入，请留意
table-notice = 说明
table-mark-notice = 已采用，请留意

problem-table-no-header = 没找到表头
problem-table-no-header-advice = 请保留列名那一行，或下载空白表填写。
problem-table-columns-missing = 缺少必要的列：{ $missing }
problem-table-columns-missing-advice = 表里现有的列：{ $titles }。请补上，或下载空白表填写。
problem-table-no-rows = 表头下面没有内容
problem-table-no-rows-advice = 请填好后再上传。

issue-row-twice = “{ $value }”和第 { $row } 行重复。
issue-row-twice-fix = 只留一行。

job-kind-table-check = 校验表格
job-kind-table-post = 导入表格
audit-action-upload-table = 上传表格
audit-action-confirm-table = 确认导入表格
audit-action-discard-table = 放弃导入表格
audit-action-import-table = 导入表格
audit-object-table-import = 表格导入
