# What there is to try in the demonstration.

story-title = 演示怎么试
story-intro = 按角色挑一件事，从头做到尾。所有数据都是造的，随便改；想重来，删掉数据目录再启动一次。
story-password = 所有演示账号的密码都是：
story-sign-in = 登录账号：

story-shopper = 顾客
story-shopper-find = 在首页按馆、分类或拼音首字母找一样东西，看它的产地、批次和到期日
story-shopper-buy = 把两家店的东西放进购物车，填一段完整地址让系统拆开，下单，用模拟支付付款
story-shopper-orders = 在我的订单里确认收货，或者申请退款
story-shopper-phone = 用手机验证码注册一个新账号，验证码直接显示在页面上

story-reader = 记者、市民（不用登录）
story-reader-open = 从 591.8 亿点下去，一直点到一笔交易和它的单据
story-reader-definitions = 换一个口径，看同一堆交易算出来差多少
story-reader-releases = 看发布会那天冻结的数，和今天的数差在哪里
story-reader-today = 看商城刚付款的订单什么时候进数
story-reader-api = 用接口取同一个数
story-reader-registers = 看 2020 年 11 月有多少家认定基地，点开到每一张证书，再换成今天看还剩多少。

story-supplier = 供货商
story-supplier-product = 改一件商品的价格或图片，送审
story-supplier-ship = 把待发货的订单发出去
story-supplier-pick = 打印拣货单，把导出的待发货表填好运单号传回来，一次发出一批
story-supplier-statement = 看对账单：每一行扣了多少佣金，还有多少没结

story-mall = 商城运营
story-mall-review = 审一件商品，退回时逐项写清哪里要改
story-mall-orders = 按状态、时间、店铺查订单，处理退款
story-mall-payments = 认领一笔没写转账码的银行流水，看账上和银行差在哪里
story-mall-commissions = 新增一条佣金规则，看一张旧订单按它要扣多少
story-mall-settle = 开一张结算单，换另一个人（mall2）确认付款

story-city = 市、县、市场报送员
story-city-import = 上传一张月报，看表头怎么认、哪几行不收、为什么
story-city-own = 换个城市登录，看看是不是看不到别人的报表
story-city-register = 用 weining 导入一份名录：本县的行能写入，外地的行会退回并说明原因。

story-province = 省专班
story-province-match = 用键盘 a、r、n 判几对拿不准的记录，再撤销
story-province-define = 照一个口径起草新版，先看会差多少再启用
story-province-release = 一个人提出发布，换另一个人（province2）批准
story-province-certificates = 打开一张证书，登记暂停或撤销，再用编号查验，看公众看到什么。

story-auditor = 审计
story-auditor-log = 看谁在什么时候改了什么，改前改后各是什么
story-auditor-orders = 打开一张订单，试试能不能改

story-admin = 管理员
story-admin-users = 新增一个账号，只给一个市的权限
story-admin-keys = 建一个接口密钥，只给读，再撤销
